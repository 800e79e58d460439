package tokens

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/MicahParks/jwkset"
	"golang.org/x/sync/singleflight"
)

const (
	keysFresh     = 10 * time.Minute // then they are fetched again, so that a withdrawn key dies
	keysUsable    = 6 * time.Hour    // while the provider is down
	failurePause  = 5 * time.Second  // before a provider that failed is tried again
	unknownPause  = 30 * time.Second // before an unknown key id may cause another fetch: anybody can invent key ids
	fetchTimeout  = 5 * time.Second  // for discovery and keys together
	maxProvider   = 1 << 20          // bytes of an answer
	maxKeys       = 100
	minRSABits    = 2048
	discoveryPath = "/.well-known/openid-configuration"
)

// keySource holds the provider's keys. They are fetched when the first token needs them, so that this process starts
// while the provider is down, and without a goroutine of their own. It is a [jwkset.Storage] for keyfunc to read.
type keySource struct {
	jwkset.Storage
	issuer  string
	client  *http.Client
	timeout time.Duration
	now     func() time.Time

	flight singleflight.Group
	mu     sync.Mutex
	state  fetchState
}

type fetchState struct {
	fetched time.Time // the last success; zero before
	tried   time.Time
	err     error // of the last try
}

// newKeySource takes a client to replace the default one in tests; nil for that.
func newKeySource(issuer string, client *http.Client, now func() time.Time) *keySource {
	if client == nil {
		client = &http.Client{}
	}
	own := *client
	// Metadata is where the issuer says it is. A redirect could lead to a host that the operator never named.
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &keySource{Storage: jwkset.NewMemoryStorage(), issuer: issuer, client: &own, timeout: fetchTimeout, now: now}
}

// KeyRead finds a key by its id, after another fetch if it is not known and the last fetch is long enough ago.
func (k *keySource) KeyRead(ctx context.Context, keyID string) (jwkset.JWK, error) {
	if err := k.ensure(ctx); err != nil {
		return jwkset.JWK{}, err
	}
	key, err := k.Storage.KeyRead(ctx, keyID)
	if !errors.Is(err, jwkset.ErrKeyNotFound) {
		return key, err
	}
	state := k.get()
	switch {
	case k.now().Sub(state.tried) >= unknownPause:
		if err := k.refresh(ctx); err != nil {
			return jwkset.JWK{}, err
		}
	case state.err != nil: // the key may be new, and the provider cannot say
		return jwkset.JWK{}, state.err
	}
	return k.Storage.KeyRead(ctx, keyID)
}

// KeyReadAll returns all keys, for tokens without a key id.
func (k *keySource) KeyReadAll(ctx context.Context) ([]jwkset.JWK, error) {
	if err := k.ensure(ctx); err != nil {
		return nil, err
	}
	return k.Storage.KeyReadAll(ctx)
}

// ensure fetches the keys unless they are fresh. While the provider is down, keys that are not too old still do.
func (k *keySource) ensure(ctx context.Context) error {
	state, now := k.get(), k.now()
	if !state.fetched.IsZero() && now.Sub(state.fetched) < keysFresh {
		return nil
	}
	err := state.err
	if err == nil || now.Sub(state.tried) >= failurePause {
		err = k.refresh(ctx)
	}
	if err != nil && ctx.Err() == nil && !state.fetched.IsZero() && now.Sub(state.fetched) < keysUsable {
		return nil
	}
	return err
}

func (k *keySource) get() fetchState {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.state
}

// refresh fetches once for all who wait. One who leaves does not take the others' answer along.
func (k *keySource) refresh(ctx context.Context) error {
	result := k.flight.DoChan("", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), k.timeout)
		defer cancel()
		keys, err := k.fetch(ctx)
		if err == nil {
			err = k.Storage.KeyReplaceAll(ctx, keys)
		}
		if err != nil {
			err = &providerDown{err}
		}
		k.mu.Lock()
		defer k.mu.Unlock()
		k.state.tried, k.state.err = k.now(), err
		if err == nil {
			k.state.fetched = k.state.tried
		}
		return nil, err
	})
	select {
	case r := <-result:
		return r.Err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// fetch reads where the keys are, then the keys.
func (k *keySource) fetch(ctx context.Context) ([]jwkset.JWK, error) {
	var metadata struct {
		Issuer  string `json:"issuer"`
		JWKSURI string `json:"jwks_uri"`
	}
	if err := k.getJSON(ctx, strings.TrimSuffix(k.issuer, "/")+discoveryPath, &metadata); err != nil {
		return nil, fmt.Errorf("discovery: %w", err)
	}
	if metadata.Issuer != k.issuer {
		return nil, errors.New("discovery: the document names another issuer")
	}
	if err := checkKeysURL(metadata.JWKSURI); err != nil {
		return nil, fmt.Errorf("discovery: jwks_uri %w", err)
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := k.getJSON(ctx, metadata.JWKSURI, &set); err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	if len(set.Keys) > maxKeys {
		return nil, fmt.Errorf("keys: more than %d", maxKeys)
	}
	var keys []jwkset.JWK
	for _, raw := range set.Keys {
		if key, ok := usableKey(raw); ok {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("keys: none is fit to verify signatures")
	}
	return keys, nil
}

// usableKey reads a public key for signatures. One that this program does not understand costs only itself. Private
// stays off, which leaves symmetric keys out.
func usableKey(raw json.RawMessage) (jwkset.JWK, bool) {
	var marshal jwkset.JWKMarshal
	if json.Unmarshal(raw, &marshal) != nil || marshal.USE == jwkset.UseEnc {
		return jwkset.JWK{}, false
	}
	key, err := jwkset.NewJWKFromMarshal(marshal, jwkset.JWKMarshalOptions{}, jwkset.JWKValidateOptions{})
	if err != nil {
		return jwkset.JWK{}, false
	}
	if public, ok := key.Key().(*rsa.PublicKey); ok && public.N.BitLen() < minRSABits {
		return jwkset.JWK{}, false
	}
	return key, true
}

// getJSON reads a document. Its errors name no address, because a document may have led to it.
func (k *keySource) getJSON(ctx context.Context, address string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return errors.New("the address cannot be used")
	}
	req.Header.Set("Accept", "application/json")
	resp, err := k.client.Do(req)
	if err != nil {
		if withAddress, ok := errors.AsType[*url.Error](err); ok {
			err = withAddress.Err
		}
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxProvider+1))
	switch {
	case err != nil:
		return err
	case len(body) > maxProvider:
		return errors.New("the answer is too long")
	}
	if json.Unmarshal(body, into) != nil {
		return errors.New("the answer is not the expected JSON")
	}
	return nil
}

// checkKeysURL is checkProviderURL but for the query, which some providers use.
func checkKeysURL(raw string) error {
	before, _, _ := strings.Cut(raw, "?")
	return checkProviderURL(before)
}
