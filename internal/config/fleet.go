package config

import (
	"cmp"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// checkFleet refuses a shared store that whoever is on the way could read or change, and one that nobody could share.
// It shows nothing of the address: a password is in it.
func (c *Config) checkFleet() (err error) {
	if c.Instances < 1 {
		return sentence("CIRCLEGRAPH_INSTANCES must be at least 1.")
	}
	if c.SharedURL != "" && c.SharedURLFile != "" {
		return sentence("CIRCLEGRAPH_SHARED_URL and CIRCLEGRAPH_SHARED_URL_FILE exclude each other: give one of them.")
	}
	if c.SharedURLFile != "" {
		if c.SharedURL, err = readSecret("CIRCLEGRAPH_SHARED_URL_FILE", c.SharedURLFile); err != nil {
			return err
		}
	}
	if c.SharedURL == "" {
		return nil
	}
	if c.Sandbox() {
		return sentence("CIRCLEGRAPH_SHARED_URL is for a real community: each instance has a sandbox of its own, of which " +
			"the others know nothing.")
	}
	return checkStore(string(c.SharedURL))
}

func checkStore(address string) error {
	const form = "CIRCLEGRAPH_SHARED_URL must be the address of a Redis or Valkey, such as " +
		"rediss://circlegraph:password@redis.example.com:6379."
	u, err := url.Parse(address)
	if err != nil {
		return sentence(form)
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return sentence(form)
	}
	for name := range query {
		if !slices.Contains([]string{"addr", "master_set", "db", "sentinel_user", "sentinel_password"}, name) {
			return sentence("CIRCLEGRAPH_SHARED_URL has a parameter that is not known: use addr, master_set, db, " +
				"sentinel_user and sentinel_password.")
		}
	}
	hosts := []string{u.Hostname()}
	for _, node := range query["addr"] {
		host, _, err := net.SplitHostPort(node)
		if err != nil {
			return sentence("Each addr of CIRCLEGRAPH_SHARED_URL must be host:port, as in ?addr=redis-2.example.com:6379.")
		}
		hosts = append(hosts, host)
	}
	if !slices.Contains([]string{"unix", "redis", "valkey", "rediss", "valkeys"}, u.Scheme) {
		return sentence(form)
	}
	number := cmp.Or(query.Get("db"), strings.Trim(u.Path, "/"))
	if _, err := strconv.ParseUint(number, 10, 8); err != nil && number != "" && u.Scheme != "unix" {
		return sentence("CIRCLEGRAPH_SHARED_URL must have nothing behind the host but the number of a database, as in " +
			"rediss://redis.example.com:6379/2.")
	}
	switch u.Scheme {
	case "unix":
		if u.Path == "" || u.Host != "" {
			return sentence("CIRCLEGRAPH_SHARED_URL must name a socket by its whole path, such as unix:///run/valkey.sock.")
		}
	case "redis", "valkey":
		if slices.ContainsFunc(hosts, func(host string) bool { return !loopback(host) }) {
			return sentence("CIRCLEGRAPH_SHARED_URL must use TLS (rediss:// or valkeys://) unless it is on a loopback address " +
				"or a socket: its password travels there.")
		}
	case "rediss", "valkeys":
		if u.Hostname() == "" {
			return sentence(form)
		}
	}
	return nil
}
