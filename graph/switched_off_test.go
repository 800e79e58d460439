package graph

import "testing"

// What the operator has not switched on says so, before anything is asked of Circle.
func TestWhatIsOffSaysSo(t *testing.T) {
	r := &Resolver{}
	for name, call := range map[string]func() error{
		"createWebSession": func() error { _, err := r.createWebSession(t.Context()); return err },
		"deleteWebSession": func() error { _, err := r.deleteWebSession(t.Context()); return err },
		"resolveUrl":       func() error { _, err := r.resolveURL(t.Context(), "https://x.example/c/a"); return err },
	} {
		err := call()
		if err == nil {
			t.Errorf("%s works although it is off", name)
			continue
		}
		if message, extensions := present(err); message != err.Error() || extensions["code"] != codeForbidden ||
			extensions["reason"] != "FEATURE_DISABLED" {
			t.Errorf("%s: %s %v, want FORBIDDEN because of FEATURE_DISABLED", name, message, extensions)
		}
	}
}
