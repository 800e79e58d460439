package tokens

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestSeal(t *testing.T) {
	key := func(b byte) []byte { return bytes.Repeat([]byte{b}, sealKeySize) }
	newTestSealer := func(issuer string, keys ...[]byte) *sealer {
		s, err := newSealer([]string{issuer}, keys)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	const issuer = "https://id.example.org"
	s := newTestSealer(issuer, key(1))
	content := sealed{RefreshToken: "raw-token", Subject: adaSSO, MemberID: adaID, ExpiresAt: noon.Add(time.Hour)}
	token, err := s.seal(content)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(token, sealPrefix) || strings.Contains(token, "raw-token") {
		t.Fatalf("seal = %q, want a cg1. token that hides its content", token)
	}
	if again, _ := s.seal(content); again == token {
		t.Error("two seals of one content are the same: the nonce repeats")
	}
	flip := func(at int) string {
		b := []byte(token)
		if b[at] == 'A' {
			b[at] = 'B'
		} else {
			b[at] = 'A'
		}
		return string(b)
	}
	body := len(sealPrefix) + 9
	// A box whose text leaves bits over, in which another spelling could hide.
	loose := token
	for n := 0; len(loose[body:])%4 != 3; n++ {
		loose, _ = s.seal(sealed{RefreshToken: strings.Repeat("r", n+1), Subject: adaSSO, ExpiresAt: noon.Add(time.Hour)})
	}
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(alphabet, loose[len(loose)-1])
	loose = loose[:len(loose)-1] + alphabet[last+1:last+2]
	noSubject, _ := s.seal(sealed{RefreshToken: "raw-token", ExpiresAt: noon.Add(time.Hour)})
	tests := map[string]struct {
		opener  *sealer
		token   string
		after   time.Duration
		current bool
		err     error
	}{
		"good":               {s, token, 0, true, nil},
		"rotated":            {newTestSealer(issuer, key(2), key(1)), token, 0, false, nil},
		"key withdrawn":      {newTestSealer(issuer, key(2)), token, 0, false, errSealUnknown},
		"another issuer":     {newTestSealer(issuer+"/", key(1)), token, 0, false, errSealBroken},
		"almost expired":     {s, token, time.Hour - time.Nanosecond, true, nil},
		"expired":            {s, token, time.Hour, true, errSealExpired},
		"nonce changed":      {s, flip(body), 0, false, errSealBroken},
		"ciphertext changed": {s, flip(body + 20), 0, false, errSealBroken},
		"key id changed":     {s, flip(len(sealPrefix)), 0, false, errSealUnknown},
		"prefix in capitals": {s, strings.ToUpper(token[:body]) + token[body:], 0, false, errNotSealed},
		"cut":                {s, token[:body+(len(token)-body)/4*4-4], 0, false, errSealBroken},
		"another spelling":   {s, loose, 0, false, errNotSealed},
		"empty box":          {s, token[:body], 0, false, errSealBroken},
		"no box":             {s, sealPrefix, 0, false, errSealUnknown},
		"another version":    {s, "cg2." + token[len(sealPrefix):], 0, false, errNotSealed},
		"one issuer of several": {
			&sealer{keys: s.keys, issuers: []string{"https://other.example.org", issuer}}, token, 0, true, nil,
		},
		"raw":          {s, "raw-token", 0, false, errNotSealed},
		"too long":     {s, token + strings.Repeat("A", maxSealed), 0, false, errNotSealed},
		"about nobody": {s, noSubject, 0, false, errSealBroken},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, current, err := test.opener.open(test.token, noon.Add(test.after))
			if !errors.Is(err, test.err) || current != test.current {
				t.Fatalf("open = %v, %v; want %v, %v", current, err, test.current, test.err)
			}
			got.issuer = ""
			if err == nil && got != content {
				t.Errorf("open = %+v, want %+v", got, content)
			}
			if err != nil && !errors.Is(err, errSealExpired) && got != (sealed{}) {
				t.Errorf("open failed with %v and returned %+v", err, got)
			}
		})
	}
}
