package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSharedStore(t *testing.T) {
	for _, address := range []string{
		"redis://127.0.0.1:6379", "valkey://localhost:6379/2", "redis://[::1]:6379", "unix:///run/valkey.sock",
		"unix://user:sesame@/run/valkey.sock?db=1", "rediss://user:sesame@redis.example.com", "valkeys://10.0.0.7:6380/0",
		"rediss://user:sesame@a.example.com:26379?addr=b.example.com:26379&master_set=main&sentinel_user=s" +
			"&sentinel_password=x",
		"rediss://:sesame@node-1:6379?addr=node-2:6379&addr=node-3:6379",
	} {
		c, err := load(t, trusted("CIRCLEGRAPH_SHARED_URL", address, "CIRCLEGRAPH_SEAL_KEYS", sealKey))
		if err != nil || string(c.SharedURL) != address || len(c.Settings.SealKeyIDs()) != 1 || c.Instances != 4 {
			t.Errorf("%s is refused: %v", address, err)
		}
	}
	file := filepath.Join(t.TempDir(), "url")
	if err := os.WriteFile(file, []byte("rediss://user:sesame@redis.example.com\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := load(t, trusted("CIRCLEGRAPH_SHARED_URL_FILE", file, "CIRCLEGRAPH_SEAL_KEYS", sealKey))
	if err != nil || c.SharedURL != "rediss://user:sesame@redis.example.com" {
		t.Errorf("the address of a file is refused: %v", err)
	}
}

// TestSharedStoreIsRefused: what cannot work is refused at start, with a sentence that shows no password.
func TestSharedStoreIsRefused(t *testing.T) {
	at := func(address string, more ...string) map[string]string {
		return trusted(append([]string{"CIRCLEGRAPH_SHARED_URL", address, "CIRCLEGRAPH_SEAL_KEYS", sealKey}, more...)...)
	}
	const fine = "rediss://user:sesame@redis.example.com"
	for name, test := range map[string]struct {
		env  map[string]string
		want string
	}{
		"no seal keys": {
			trusted("CIRCLEGRAPH_SHARED_URL", fine), "CIRCLEGRAPH_SHARED_URL needs CIRCLEGRAPH_SEAL_KEYS",
		},
		"a short seal key":   {at(fine, "CIRCLEGRAPH_SEAL_KEYS", "c2hvcnQ="), "must be 32 bytes in base64"},
		"seal keys for none": {trusted("CIRCLEGRAPH_SEAL_KEYS", sealKey), "does not include oidc"},
		"the sandbox": {
			vars("CIRCLEGRAPH_SHARED_URL", "redis://127.0.0.1", "CIRCLEGRAPH_SEAL_KEYS", sealKey),
			"without CIRCLEGRAPH_LOGIN",
		},
		"the sandbox by name": {
			vars("CIRCLEGRAPH_LOGIN", "sandbox", "CIRCLEGRAPH_SHARED_URL", "redis://127.0.0.1",
				"CIRCLEGRAPH_SEAL_KEYS", sealKey),
			"is for a real community",
		},
		"no TLS":              {at("redis://user:sesame@redis.example.com"), "must use TLS"},
		"no TLS at a node":    {at("redis://:sesame@127.0.0.1?addr=10.0.0.7:6379"), "must use TLS"},
		"another scheme":      {at("https://user:sesame@redis.example.com"), "must be the address of a Redis or Valkey"},
		"no address":          {at("sesame"), "must be the address of a Redis or Valkey"},
		"no host":             {at("rediss://"), "must be the address of a Redis or Valkey"},
		"broken":              {at("rediss://sesame@[::1"), "must be the address of a Redis or Valkey"},
		"a broken query":      {at(fine + "?sesame=%zz"), "must be the address of a Redis or Valkey"},
		"a database by name":  {at(fine + "/sesame"), "the number of a database"},
		"certificates":        {at(fine + "?skip_verify=true"), "a parameter that is not known"},
		"a node without port": {at(fine + "?addr=sesame"), "must be host:port"},
		"half a socket":       {at("unix://sesame/run"), "must name a socket by its whole path"},
		"both":                {at(fine, "CIRCLEGRAPH_SHARED_URL_FILE", "/sesame"), "exclude each other"},
		"no file": {
			trusted("CIRCLEGRAPH_SHARED_URL_FILE", "/nowhere", "CIRCLEGRAPH_SEAL_KEYS", sealKey),
			"CIRCLEGRAPH_SHARED_URL_FILE cannot be read",
		},
		"no instances": {at(fine, "CIRCLEGRAPH_INSTANCES", "0"), "CIRCLEGRAPH_INSTANCES must be at least 1"},
	} {
		_, err := load(t, test.env)
		if err == nil || !strings.Contains(err.Error(), test.want) ||
			name != "both" && strings.Contains(err.Error(), "sesame") {
			t.Errorf("%s: %v, want a refusal with %q", name, err, test.want)
		}
	}
}
