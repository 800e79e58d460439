package config

import "circlegraph/tokens"

// RereadToken returns what CIRCLE_HEADLESS_TOKEN_FILE holds now; "" if there is no such file in the settings. It
// refuses what [Load] would.
func (c *Config) RereadToken() (tokens.Secret, error) {
	if c.CircleHeadlessTokenFile == "" {
		return "", nil
	}
	return c.validateTokenFile(new(tokens.Settings))
}

// RereadStore is [Config.RereadToken] for CIRCLEGRAPH_SHARED_URL_FILE.
func (c *Config) RereadStore() (tokens.Secret, error) {
	if c.SharedURLFile == "" {
		return "", nil
	}
	secret, err := readSecret("CIRCLEGRAPH_SHARED_URL_FILE", c.SharedURLFile)
	if err != nil {
		return "", err
	}
	return secret, checkStore(string(secret))
}
