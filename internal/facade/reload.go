package facade

import (
	"context"
	"log/slog"

	"circlegraph/internal/config"
	"circlegraph/tokens"
)

// Reload reads anew what may change without a restart: the files that hold secrets, and the keys of the identity
// providers. It ends nothing. What cannot be read or is refused leaves what was; the log says so, a line for each.
func (f *Facade) Reload(ctx context.Context, cfg *config.Config) {
	did := func(what string, err error) {
		if err != nil {
			f.log.WarnContext(ctx, "not reloaded: what was known goes on", slog.String("what", what), slog.Any("error", err))
			return
		}
		f.log.InfoContext(ctx, "reloaded", slog.String("what", what))
	}
	if cfg.CircleHeadlessTokenFile != "" {
		token, err := cfg.RereadToken()
		if err == nil {
			err = f.auth.UseHeadlessToken(string(token))
		}
		did("CIRCLE_HEADLESS_TOKEN_FILE", err)
	}
	if cfg.SharedURLFile != "" && f.Shared != nil {
		address, err := cfg.RereadStore()
		if err == nil {
			err = f.Shared.UseLogin(string(address))
		}
		did("CIRCLEGRAPH_SHARED_URL_FILE", err)
	}
	if cfg.Settings.Has(tokens.ModeOIDC) {
		did("keys of the identity providers", f.Sessions.RefreshKeys(ctx))
	}
}
