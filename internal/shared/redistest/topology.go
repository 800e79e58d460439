package redistest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Authority is a certificate authority that nobody knows, and a certificate of it for this machine.
type Authority struct {
	// File has the authority's own certificate, as SSL_CERT_FILE takes it.
	File string

	certificate, key string
}

// NewAuthority makes one, with its files in a directory.
func NewAuthority(dir string) (a Authority, err error) {
	a = Authority{
		File: filepath.Join(dir, "ca.pem"), certificate: filepath.Join(dir, "cert.pem"), key: filepath.Join(dir, "key.pem"),
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return a, err
	}
	parent := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "An authority of tests"}, IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign, NotAfter: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	for file, certificate := range map[string]*x509.Certificate{a.File: parent, a.certificate: {
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotAfter: parent.NotAfter,
	}} {
		der, err := x509.CreateCertificate(rand.Reader, certificate, parent, key.Public(), key)
		if err != nil {
			return a, err
		}
		if err := writePEM(file, "CERTIFICATE", der); err != nil {
			return a, err
		}
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return a, err
	}
	return a, writePEM(a.key, "EC PRIVATE KEY", der)
}

func writePEM(file, kind string, der []byte) error {
	return os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}

// At are the arguments for a server at a port of this machine; with TLS only if there is an authority.
func (a Authority) At(port int) []string {
	if a.File == "" {
		return []string{"--port", strconv.Itoa(port)}
	}
	return []string{
		"--tls-port", strconv.Itoa(port), "--tls-cert-file", a.certificate, "--tls-key-file", a.key,
		"--tls-ca-cert-file", a.File, "--tls-auth-clients", "no", "--tls-replication", "yes", "--tls-cluster", "yes",
	}
}

// Say sends a command over the socket, and returns the answer.
func (s *Server) Say(args ...string) string {
	s.t.Helper()
	cli := exec.Command("redis-cli", append([]string{"-s", s.Socket}, args...)...) //nolint:gosec,noctx // ours
	said, err := cli.CombinedOutput()
	if err != nil || strings.HasPrefix(string(said), "ERR") {
		s.t.Fatalf("%v: %s, %v", args, said, err)
	}
	return string(said)
}

// waitFor waits until a command is answered as it should. A server that has ended answers none, which fails the test.
func (s *Server) waitFor(answer string, args ...string) {
	s.t.Helper()
	for !strings.Contains(s.Say(args...), answer) {
		time.Sleep(50 * time.Millisecond) //nolint:forbidigo // other processes take their time
	}
}

// Watched are two servers of which one is the other's replica, and three sentinels that make the replica the master
// once that has ended and they have been told to be [Watched.Impatient].
type Watched struct {
	Servers   []*Server
	Sentinels []*Server
	// Ports are those of the sentinels.
	Ports []int

	login []string // of the sentinels, for redis-cli
}

// StartWatched runs them under the name main; users are the arguments for the users of the servers, with which they
// also sign in to each other if master has a name and a password.
func StartWatched(t testing.TB, a Authority, users []string, master ...string) *Watched {
	t.Helper()
	w := &Watched{}
	ports := []int{FreePort(t), FreePort(t)}
	for i, port := range ports {
		args := append(a.At(port), users...)
		if len(master) == 2 {
			args = append(args, "--masteruser", master[0], "--masterauth", master[1])
		}
		if i > 0 {
			args = append(args, "--replicaof", fmt.Sprintf("127.0.0.1 %d", ports[0]))
		}
		w.Servers = append(w.Servers, Start(t, append(args, "--repl-diskless-sync-delay", "0")...))
	}
	w.Servers[1].waitFor("master_link_status:up", "INFO", "replication")
	for range 3 {
		port := FreePort(t)
		lines := []string{
			fmt.Sprintf("sentinel monitor main 127.0.0.1 %d 2", ports[0]),
			// A master that is only slow is not replaced.
			"sentinel down-after-milliseconds main 3600000", "sentinel failover-timeout main 2000",
		}
		if len(master) == 2 {
			lines = append(lines, "sentinel auth-user main "+master[0], "sentinel auth-pass main "+master[1],
				"user default off", "user watcher on >watching ~* &* +@all",
				"sentinel sentinel-user watcher", "sentinel sentinel-pass watching")
		}
		s := New(t)
		file := filepath.Join(filepath.Dir(s.Socket), "sentinel.conf")
		if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		// Over its socket tests ask without a name, which a sentinel with users does not answer.
		s.args = append(append([]string{file, "--sentinel"}, a.At(port)...), s.args[2:]...)
		if a.File != "" {
			s.args = append(s.args, "--port", "0")
		}
		s.Run()
		w.Sentinels, w.Ports = append(w.Sentinels, s), append(w.Ports, port)
	}
	if len(master) == 2 {
		w.login = []string{"--no-auth-warning", "--user", "watcher", "--pass", "watching"}
	}
	for _, s := range w.Sentinels {
		words := append(slices.Clone(w.login), "SENTINEL", "master", "main")
		s.waitFor("num-other-sentinels\n2\n", words...)
		s.waitFor("num-slaves\n1\n", words...)
	}
	return w
}

// Impatient has the sentinels wait half a second for a master that is silent.
func (w *Watched) Impatient() {
	for _, s := range w.Sentinels {
		s.Say(append(slices.Clone(w.login), "SENTINEL", "set", "main", "down-after-milliseconds", "500")...)
	}
}

// StartCluster runs three servers as a cluster without replicas, and returns them with their ports.
func StartCluster(t testing.TB, a Authority, args ...string) (servers []*Server, ports []int) {
	t.Helper()
	var buses []int
	for range 3 {
		port, bus := FreePort(t), FreePort(t)
		own := append(a.At(port), "--cluster-enabled", "yes", "--cluster-port", strconv.Itoa(bus))
		servers, ports, buses = append(servers, Start(t, append(own, args...)...)), append(ports, port), append(buses, bus)
	}
	const slots = 16384
	for i, s := range servers {
		s.Say("CLUSTER", "ADDSLOTSRANGE", strconv.Itoa(i*slots/3), strconv.Itoa((i+1)*slots/3-1))
		s.Say("CLUSTER", "SET-CONFIG-EPOCH", strconv.Itoa(i+1))
		if i > 0 {
			s.Say("CLUSTER", "MEET", "127.0.0.1", strconv.Itoa(ports[0]), strconv.Itoa(buses[0]))
		}
	}
	for _, s := range servers {
		s.waitFor("cluster_state:ok", "CLUSTER", "INFO")
		s.waitFor("cluster_known_nodes:3", "CLUSTER", "INFO")
	}
	return servers, ports
}
