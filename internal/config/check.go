package config

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"circlegraph/tokens"
)

// minBudget leaves a few requests for everything.
const minBudget = 60

// minMemory lets a few requests of the largest size be under way.
const minMemory = 16 << 20

// maxMemo is more than any machine has to spare; a number beyond it is a slip.
const maxMemo = 64 << 30

// sentence is an error for the operator, with capital and full stop.
type sentence string

func (s sentence) Error() string { return string(s) }

func sentencef(format string, args ...any) error { return sentence(fmt.Sprintf(format, args...)) }

func checkListen(setting, address string) error {
	_, port, err := net.SplitHostPort(address)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return sentencef("%s must be host:port, such as 127.0.0.1:8080, not %q.", setting, address)
	}
	return nil
}

// checkAdmin keeps the metrics off the address that clients use.
func (c *Config) checkAdmin() error {
	if c.AdminListen == "" {
		return nil
	}
	if _, port, err := net.SplitHostPort(c.AdminListen); err == nil && port != "0" && c.AdminListen == c.Listen {
		return sentence("CIRCLEGRAPH_ADMIN_LISTEN and CIRCLEGRAPH_LISTEN must be two addresses.")
	}
	return checkListen("CIRCLEGRAPH_ADMIN_LISTEN", c.AdminListen)
}

// checkCommunity holds the address of the community's pages to the same rules as Circle's: the web session sends tokens
// there.
func (c *Config) checkCommunity() error {
	if c.SandboxLife && !c.Sandbox() {
		return sentence("CIRCLEGRAPH_SANDBOX_LIFE is for the sandbox: members of a real community write by themselves.")
	}
	if c.CommunityURL != "" && c.Sandbox() {
		return sentence("CIRCLEGRAPH_COMMUNITY_URL is given, but the sandbox has pages of its own: it is for a real " +
			"community.")
	}
	if c.CommunityURL != "" {
		return checkAddress("CIRCLEGRAPH_COMMUNITY_URL", c.CommunityURL)
	}
	if c.WebSession && !c.Sandbox() {
		return sentence("CIRCLEGRAPH_WEB_SESSION needs CIRCLEGRAPH_COMMUNITY_URL, the address of the community's own web " +
			"pages: its cookies are of no use elsewhere.")
	}
	return nil
}

// checkCable holds the address of the websocket to the same rules as Circle's: members' tokens are sent there.
func (c *Config) checkCable() error {
	if c.CableOrigin != "" {
		if err := checkAddress("CIRCLEGRAPH_CABLE_ORIGIN", c.CableOrigin); err != nil {
			return err
		}
	}
	if c.CableURL == "" {
		return nil
	}
	u, err := url.Parse(c.CableURL)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "wss" && u.Scheme != "ws":
		return sentence("CIRCLEGRAPH_CABLE_URL must be the address of a websocket, such as wss://app.circle.so/cable.")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return sentence("CIRCLEGRAPH_CABLE_URL must have neither user, query nor fragment.")
	case u.Scheme == "ws" && !loopback(u.Hostname()):
		return sentence("CIRCLEGRAPH_CABLE_URL must use wss unless it is on a loopback address.")
	}
	return nil
}

// checkAddress refuses what would send members' tokens in the clear. It shows nothing of the address: a password may be
// in it.
func checkAddress(variable, raw string) error {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		return sentencef("%s must be an absolute address, such as https://app.circle.so.", variable)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "":
		return sentencef("%s must have neither user, path, query nor fragment.", variable)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return sentencef("%s must use https unless it is on a loopback address.", variable)
	}
	return nil
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// parseProxies reads networks; a single address is a network of its own.
func parseProxies(list []string) ([]netip.Prefix, error) {
	var networks []netip.Prefix
	var found []error
	for _, text := range list {
		text = strings.TrimSpace(text)
		if text == "" {
			continue
		}
		network, err := netip.ParsePrefix(text)
		if ip, notIP := netip.ParseAddr(text); err != nil && notIP == nil {
			network, err = netip.PrefixFrom(ip, ip.BitLen()), nil
		}
		if err != nil {
			found = append(found, sentencef("CIRCLEGRAPH_TRUSTED_PROXIES must list networks such as 10.0.0.0/8, not %q.", text))
			continue
		}
		if network.Bits() == 0 {
			found = append(found,
				sentencef("CIRCLEGRAPH_TRUSTED_PROXIES must not be the whole internet: anybody could choose the address in the "+
					"log."))
		}
		networks = append(networks, network.Masked())
	}
	return networks, errors.Join(found...)
}

// parseOrigins reads exact origins in the form that browsers send.
func parseOrigins(list []string) ([]string, error) {
	var origins []string
	var found []error
	for _, text := range list {
		text = strings.TrimSpace(text)
		if text == "" {
			continue
		}
		if strings.Contains(text, "*") {
			found = append(found,
				sentence("CIRCLEGRAPH_CORS_ORIGINS must list exact origins: a pattern would let in sites that nobody has named."))
			continue
		}
		u, err := url.Parse(text)
		if err != nil || !isOriginScheme(u.Scheme) || u.Host == "" || text != strings.ToLower(u.Scheme+"://"+u.Host) {
			found = append(found,
				sentencef("CIRCLEGRAPH_CORS_ORIGINS must list origins such as https://app.example.com, in lower case and "+
					"without a path, not %q.", text))
			continue
		}
		origins = append(origins, text)
	}
	return origins, errors.Join(found...)
}

// isOriginScheme reports whether pages can have an origin of that scheme: those of the web, and those that app shells
// such as Capacitor, Ionic and Tauri make up for what is installed with them.
func isOriginScheme(scheme string) bool {
	return !slices.Contains([]string{"", "about", "blob", "data", "file", "ftp", "javascript", "ws", "wss"}, scheme)
}

// parseHeaders reads the names of headers that pages may send besides the usual ones.
func parseHeaders(list []string) ([]string, error) {
	var names []string
	var found []error
	for _, name := range list {
		name = strings.TrimSpace(name)
		switch canonical := http.CanonicalHeaderKey(name); {
		case name == "":
		case !httpguts.ValidHeaderFieldName(name) || name == "*":
			found = append(found, sentencef("CIRCLEGRAPH_CORS_HEADERS must list names of headers such as X-My-App, not %q.",
				name))
		case canonical == tokens.SecretHeader:
			found = append(found, sentencef("CIRCLEGRAPH_CORS_HEADERS must not list %s: a page that could send the secret "+
				"would have to hold it.", tokens.SecretHeader))
		default:
			names = append(names, canonical)
		}
	}
	return names, errors.Join(found...)
}

// checkOrigins refuses pages that anybody on the way to them could replace. With the sandbox there is nothing to gain.
func (c *Config) checkOrigins() error {
	for _, origin := range c.CORSOrigins {
		if u, err := url.Parse(origin); err == nil && u.Scheme == "http" && !loopback(u.Hostname()) && !c.Sandbox() {
			return sentence("CIRCLEGRAPH_CORS_ORIGINS must use https unless they are on a loopback address: whoever is on " +
				"the way could put a page there that reads members' tokens.")
		}
	}
	return nil
}

// pictureHost is a name, of which the first part may be a star, or only a star.
var pictureHost = regexp.MustCompile(`^(\*|(\*\.)?[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)+)$`)

// checkPictures refuses what is no host, such as an address, and drops spaces around the others.
func (c *Config) checkPictures() error {
	for i, host := range c.PictureHosts {
		host = strings.TrimSpace(host)
		c.PictureHosts[i] = host
		if !pictureHost.MatchString(host) {
			return sentencef("CIRCLEGRAPH_PICTURE_HOSTS must be names of hosts, such as images.example.com, *.example.com or "+
				"*, not %q.", host)
		}
	}
	return nil
}

// checkTimes refuses negative times, and zero if some time is needed.
func (p *parser) checkTimes() error {
	var found []error
	for _, flag := range p.Model.Flags {
		value, ok := reflect.TypeAssert[time.Duration](flag.Target)
		switch positive := flag.Tag.Has("positive"); {
		case ok && positive && value <= 0:
			found = append(found, sentencef("%s must be a positive time, such as 15s.", p.variables[flag]))
		case ok && value < 0:
			found = append(found, sentencef("%s must not be negative.", p.variables[flag]))
		}
	}
	return errors.Join(found...)
}

func (c *Config) checkMaxCost() error {
	if c.MaxCost < 0 {
		return sentence("CIRCLEGRAPH_MAX_COST must be a number of requests, or 0 for any number.")
	}
	return nil
}

func (c *Config) checkLimits() error {
	var found []error
	if c.TrustedDocumentsMode != "off" && c.TrustedDocuments == "" {
		found = append(found,
			sentence("CIRCLEGRAPH_TRUSTED_DOCUMENTS_MODE needs CIRCLEGRAPH_TRUSTED_DOCUMENTS: without trusted documents it "+
				"would concern every request."))
	}
	if c.MaxBody <= 0 {
		found = append(found, sentence("CIRCLEGRAPH_MAX_BODY must be a positive number of bytes."))
	}
	if c.MaxMemory < minMemory {
		found = append(found, sentencef("CIRCLEGRAPH_MAX_MEMORY must be at least %d bytes: nothing could be answered with "+
			"less.", minMemory))
	}
	found = append(found, c.checkMaxCost())
	if c.MaxStreams <= 0 || c.MaxStreamsPerAddress <= 0 {
		found = append(found,
			sentence("CIRCLEGRAPH_MAX_STREAMS and CIRCLEGRAPH_MAX_STREAMS_PER_ADDRESS must be positive numbers."))
	}
	if c.UpstreamBudget != 0 && c.UpstreamBudget < minBudget {
		found = append(found,
			sentencef("CIRCLEGRAPH_UPSTREAM_BUDGET must be 0 for no limit, or at least %d requests in five minutes: a tenth "+
				"of it is for signing in.", minBudget))
	}
	if c.MemoBrief > c.MemoLong && c.MemoLong >= 0 {
		found = append(found, sentence("CIRCLEGRAPH_MEMO_BRIEF must not be longer than CIRCLEGRAPH_MEMO_LONG."))
	}
	if c.MemoBytes > maxMemo {
		found = append(found, sentence("CIRCLEGRAPH_MEMO_BYTES must not exceed 64 GiB."))
	}
	if c.UpstreamTimeout > c.RequestTimeout && c.RequestTimeout > 0 {
		found = append(found,
			sentence("CIRCLEGRAPH_UPSTREAM_TIMEOUT must not be longer than CIRCLEGRAPH_REQUEST_TIMEOUT: the call could never "+
				"use it."))
	}
	return errors.Join(found...)
}
