package web

import (
	"fmt"
	"io"
	"net"
)

// Welcome greets whoever has started the sandbox, with a first step to paste. The member is one of the made-up
// ones.
func Welcome(w io.Writer, address net.Addr, playground, built bool, name, email string) {
	base := "http://" + reachable(address)
	fmt.Fprintf(w, "\nThis is the SANDBOX: a made-up community in memory. Nothing leaves this machine, nothing is "+
		"kept.\n\n")
	fmt.Fprintf(w, "  Front page   %s/\n", base)
	if playground {
		fmt.Fprintf(w, "  Playground   %s/playground/\n", base)
	}
	if playground && !built {
		fmt.Fprintf(w, "               (the plain page; for GraphiQL: npm --prefix playground ci && npm "+
			"--prefix playground run build)\n")
	}
	fmt.Fprintf(w, "  GraphQL      %s/graphql\n  Schema       %s/schema.graphql\n\nSign in as %s by pasting this into "+
		"the playground:\n\n", base, base, name)
	fmt.Fprintf(w, "  mutation { login(input: {email: %q}) { accessToken viewer { member { name } } userErrors { "+
		"message } } }\n\nor into a shell:\n\n", email)
	fmt.Fprintf(w, "  curl -s %s/graphql -H 'Content-Type: application/json' \\\n", base)
	fmt.Fprintf(w, "    -d '{\"query\":\"mutation { login(input: {email: \\\"%s\\\"}) { accessToken } }\"}'\n\n", email)
	fmt.Fprintf(w, "and send the access token with what follows, as the header Authorization: Bearer …\n\n")
}

// reachable is the address to type: that of this machine if the server listens on all of them.
func reachable(address net.Addr) string {
	tcp, ok := address.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return address.String()
	}
	return net.JoinHostPort("localhost", fmt.Sprint(tcp.Port))
}
