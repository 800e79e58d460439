package facade

import (
	"context"
	"errors"
	"fmt"
	"io"

	"circlegraph/circleclient"
	"circlegraph/internal/config"
	"circlegraph/tokens"
)

// nobody is an address that no member can have, see RFC 2606.
const nobody = "check@circlegraph.invalid"

// ErrCheck is a check that has found something to mend. What that is has been said.
var ErrCheck = errors.New("facade: not all is well")

// Check tries what the settings lead to: the community's secret, with one request to Circle, the identity providers,
// and the store that instances share. It says what it finds, a line each. [ErrCheck] is something that keeps members
// from signing in.
func (f *Facade) Check(ctx context.Context, cfg *config.Config, out io.Writer) error {
	ok := true
	say := func(err error, what, good string) {
		if err != nil {
			ok = false
			good = err.Error()
		}
		fmt.Fprintf(out, "%-10s %s\n", what+":", good)
	}
	_, err := f.auth.CreateToken(ctx, circleclient.TokenRequest{Email: nobody})
	switch {
	case errors.Is(err, circleclient.ErrNotFound): // so the secret was accepted
		err = nil
	case errors.Is(err, circleclient.ErrCommunitySecret):
		err = errors.New("refuses the Headless Auth token. Make a new one in Circle, under Developers, Tokens, of the type " +
			"Headless Auth")
	case errors.Is(err, circleclient.ErrNotEligible):
		err = errors.New("says that the plan of the community does not include the headless APIs")
	case err != nil:
		err = fmt.Errorf("%w at %s: %v", err, cfg.CircleURL, errors.Unwrap(err)) //nolint:errorlint // only its text
	default:
		err = errors.New("gives a token to an address that no member can have")
	}
	say(err, "Circle", cfg.CircleURL+" accepts the Headless Auth token")
	if cfg.Settings.Has(tokens.ModeOIDC) {
		say(f.Sessions.CheckProviders(ctx), "providers", "their keys fit the settings")
	}
	budget := fmt.Sprintf("%d requests in five minutes. Circle gives an address 2000 in all", cfg.UpstreamBudget)
	if cfg.UpstreamBudget == 0 {
		budget = "no limit of ours"
	}
	say(nil, "budget", budget)
	if f.Shared != nil {
		found, err := f.Shared.Check(ctx)
		if err != nil {
			err = fmt.Errorf("%w. Without it an instance acts by itself, and nobody signs in by ID token", err)
		}
		say(err, "store", found)
	}
	live := "over " + cfg.CableAddress() + ", if Circle lets " + cfg.Origin() + " in"
	if cfg.CableAddress() == "" {
		live = "only what passes this server; see CIRCLEGRAPH_CABLE_ORIGIN"
	}
	say(nil, "live", live)
	if !ok {
		return ErrCheck
	}
	return nil
}
