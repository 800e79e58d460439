package frontpage

import (
	"fmt"
	"strconv"
	"strings"

	"circlegraph/tokens"
)

// accessToken takes the token out of an answer, and ends the command that asked.
//
//nolint:gosec // a command that finds one
const accessToken = `sed 's/.*"accessToken":"\([^"]*\)".*/\1/')`

// signIn is how to get an access token from the endpoint at url, for a shell, by mode: each sets the TOKEN that
// [examples] use. The member is somebody of the sandbox.
func signIn(url string, modes []tokens.Mode, member string) map[string]string {
	fill := strings.NewReplacer("ENDPOINT", url, "MEMBER", member).Replace
	ways := map[string]string{}
	for _, mode := range modes {
		switch mode {
		case tokens.ModeSandbox:
			ways["sandbox"] = fill(`TOKEN=$(curl -s ENDPOINT -H 'Content-Type: application/json' \
  -d '{"query": "mutation { login(input: {email: \"MEMBER\"}) { accessToken } }"}' |
  ` + accessToken)
		case tokens.ModeOIDC:
			ways["oidc"] = fill(`TOKEN=$(curl -s ENDPOINT -H 'Content-Type: application/json' \
  -d '{"variables": {"token": "'$ID_TOKEN'"},
       "query": "mutation ($token: String!) { login(input: {identityToken: $token}) { accessToken } }"}' |
  ` + accessToken)
		case tokens.ModeTrusted:
			ways["trusted"] = fill(`TOKEN=$(curl -s ENDPOINT -H 'Content-Type: application/json' \
  -H "X-Circlegraph-Secret: $CIRCLEGRAPH_TRUSTED_SECRET" \
  -d '{"query": "mutation { login(input: {ssoUserId: \"42\"}) { accessToken } }"}' |
  ` + accessToken)
		}
	}
	return ways
}

// example is a first request in one language.
type example struct{ ID, Name, Code string }

const firstQuery = "{ viewer { member { name } } homeFeed(first: 3) { nodes { title author { name } } } }"

// examples ask the same question of the endpoint at url, with the token that the sign-in gave.
func examples(url string) []example {
	fill := strings.NewReplacer("ENDPOINT", url, "QUERY", firstQuery).Replace
	return []example{
		{"curl", "curl", fill(`curl -s ENDPOINT -H "Authorization: Bearer $TOKEN" \
  -H 'Content-Type: application/json' \
  -d '{"query": "QUERY"}'`)},
		{"fetch", "fetch", fill(`const answer = await fetch('ENDPOINT', {
  method: 'POST',
  headers: { 'Content-Type': 'application/json', Authorization: ` + "`Bearer ${token}`" + ` },
  body: JSON.stringify({
    query: '` + "QUERY" + `',
  }),
});
const { data, errors } = await answer.json();`)},
		{"swift", "Swift", fill(`import Foundation

func firstScreen(token: String) async throws -> Data {
    var request = URLRequest(url: URL(string: "ENDPOINT")!)
    request.httpMethod = "POST"
    request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
    request.httpBody = try JSONEncoder().encode([
        "query": "QUERY",
    ])
    return try await URLSession.shared.data(for: request).0
}`)},
		{"kotlin", "Kotlin", fill(`import java.net.HttpURLConnection
import java.net.URI

fun firstScreen(token: String): String {
    val request = URI("ENDPOINT").toURL().openConnection() as HttpURLConnection
    request.requestMethod = "POST"
    request.doOutput = true
    request.setRequestProperty("Content-Type", "application/json")
    request.setRequestProperty("Authorization", "Bearer $token")
    val body = """{"query": "QUERY"}"""
    request.outputStream.use { it.write(body.toByteArray()) }
    return request.inputStream.bufferedReader().use { it.readText() }
}`)},
	}
}

// sizeOf is a number of bytes for people.
func sizeOf(bytes int64) string {
	const kilo, mega = 1 << 10, 1 << 20
	switch {
	case bytes >= mega && bytes%mega == 0:
		return fmt.Sprintf("%d MiB", bytes/mega)
	case bytes >= kilo && bytes%kilo == 0:
		return fmt.Sprintf("%d KiB", bytes/kilo)
	}
	return strconv.FormatInt(bytes, 10) + " bytes"
}

// withCommas is a number as people read it: 10,000.
func withCommas(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
