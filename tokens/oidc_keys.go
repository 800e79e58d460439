package tokens

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/sync/singleflight"
)

const (
	keysFresh    = 10 * time.Minute // then they are fetched again, so that a withdrawn key dies
	keysUsable   = 6 * time.Hour    // while the provider is down
	failurePause = 5 * time.Second  // before a provider that failed is tried again
	unknownPause = 30 * time.Second // before an unknown key id may cause another fetch: anybody can invent key ids
	fetchTimeout = 5 * time.Second  // for discovery and keys together
	maxProvider  = 1 << 20          // bytes of an answer
	maxKeys      = 100
	minRSABits   = 2048
)

// keySource holds a provider's keys. They are fetched when the first token needs them, so that this process starts
// while the provider is down, and without a goroutine of their own.
type keySource struct {
	provider provider
	client   *http.Client
	timeout  time.Duration
	now      func() time.Time

	flight singleflight.Group
	mu     sync.Mutex
	state  fetchState
}

type fetchState struct {
	keys    []publicKey
	fetched time.Time // the last success; zero before
	tried   time.Time
	err     error  // of the last try
	names   string // the issuer that the discovery document names, if the settings do not
}

// newKeySource takes a client to replace the default one in tests; nil for that.
func newKeySource(p provider, client *http.Client, now func() time.Time) *keySource {
	if client == nil {
		transport := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // nobody replaces it
		// A connection that swallows what is sent is noticed before a fetch times out, as in circleclient.
		transport.HTTP2 = &http.HTTP2Config{SendPingTimeout: 3 * time.Second, PingTimeout: 3 * time.Second}
		client = &http.Client{Transport: transport}
	}
	own := *client
	// Metadata is where the issuer says it is. A redirect could lead to a host that the operator never named.
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &keySource{provider: p, client: &own, timeout: fetchTimeout, now: now}
}

// keysFound are the keys that may have signed a token.
type keysFound struct {
	jwt.VerificationKeySet

	nameless bool // no id has chosen them
}

// find returns the keys that may have signed token. If none has its key id, keys are fetched again, unless they have
// been a moment ago.
func (k *keySource) find(ctx context.Context, token *jwt.Token, claims jwt.MapClaims) (keysFound, error) {
	id, hasID := token.Header["kid"]
	name, isString := id.(string)
	if hasID && !isString && id != nil {
		return keysFound{}, &tokenRefused{"unknown key"}
	}
	if err := k.ensure(ctx); err != nil {
		return keysFound{}, err
	}
	state := k.get()
	keys := withID(state.keys, name)
	if len(keys) == 0 {
		switch {
		case k.now().Sub(state.tried) >= unknownPause:
			if err := k.refresh(ctx); err != nil {
				return keysFound{}, err
			}
		case state.err != nil: // the key may be new, and the provider cannot say
			return keysFound{}, state.err
		}
		if keys = withID(k.get().keys, name); len(keys) == 0 {
			return keysFound{}, &tokenRefused{"unknown key"}
		}
	}
	found := keysFound{nameless: name == "" || keys[0].id == ""}
	iss, tenant := issuerIn(claims)
	for _, key := range keys {
		if key.fits(token.Method.Alg(), iss, tenant) {
			found.Keys = append(found.Keys, key.public)
		}
	}
	if len(found.Keys) == 0 {
		return keysFound{}, &tokenRefused{"a key for another algorithm or issuer"}
	}
	return found, nil
}

// withID returns the keys of that id, all without one. If no key has an id, all of them may be meant by any.
func withID(keys []publicKey, id string) []publicKey {
	nameless := !slices.ContainsFunc(keys, func(key publicKey) bool { return key.id != "" })
	if id == "" || nameless {
		return keys
	}
	var found []publicKey
	for _, key := range keys {
		if key.id == id {
			found = append(found, key)
		}
	}
	return found
}

// refreshIfDue fetches the keys again unless they have been a moment ago, and reports whether there are others now.
func (k *keySource) refreshIfDue(ctx context.Context) bool {
	return k.now().Sub(k.get().tried) >= unknownPause && k.refresh(ctx) == nil
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
		if err != nil && !isProviderDown(err) {
			err = &providerDown{cause: err}
		}
		k.mu.Lock()
		defer k.mu.Unlock()
		k.state.tried, k.state.err = k.now(), err
		if err == nil {
			k.state.fetched, k.state.keys = k.state.tried, keys
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

func isProviderDown(err error) bool {
	_, ok := errors.AsType[*providerDown](err)
	return ok
}

// fetch reads where the keys are, then the keys.
func (k *keySource) fetch(ctx context.Context) ([]publicKey, error) {
	address := k.provider.keysURL
	if address == "" {
		var err error
		if address, err = k.discover(ctx); err != nil {
			return nil, err
		}
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := k.getJSON(ctx, address, &set); err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	if len(set.Keys) > maxKeys {
		return nil, fmt.Errorf("keys: more than %d", maxKeys)
	}
	var keys []publicKey
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

// discover asks the discovery document where the keys are. Under the issuer's own address it must name that issuer. An
// address that the operator has named is trusted as it is: Azure AD B2C, for one, names another.
func (k *keySource) discover(ctx context.Context) (keysURL string, err error) {
	var metadata struct {
		Issuer  string `json:"issuer"`
		JWKSURI string `json:"jwks_uri"`
	}
	if err := k.getJSON(ctx, k.provider.discovery, &metadata); err != nil {
		return "", fmt.Errorf("discovery: %w", err)
	}
	k.foreign("")
	switch known := k.provider.isDocumentOf(metadata.Issuer); {
	case !known && k.provider.named:
		k.foreign(clipped(metadata.Issuer))
	case !known:
		return "", &providerDown{misfit: true, cause: fmt.Errorf(
			"the discovery document names the issuer %q, and %s is %q: they must be the same to the letter",
			clipped(metadata.Issuer), issuerSetting, strings.Join(k.provider.issuers, ","))}
	}
	if err := checkKeysURL(metadata.JWKSURI); err != nil {
		return "", fmt.Errorf("discovery: jwks_uri %w", err)
	}
	return metadata.JWKSURI, nil
}

// foreign notes the issuer that the discovery document names, if it is another one.
func (k *keySource) foreign(issuer string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.state.names = issuer
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
