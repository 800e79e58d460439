package shared

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Check connects once and tries what all parts need. It returns what the store is, with what an operator may want to
// change in it, and an error that says why it cannot be used.
func (s *Store) Check(ctx context.Context) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if err := s.reach(); err != nil { //nolint:contextcheck // it has a time of its own
		return "", errors.New(cause(err))
	}
	client := *s.client.Load()
	ctx, cancel := context.WithTimeout(ctx, s.options.Patience.Command)
	defer cancel()
	said, err := client.Do(ctx, client.B().Info().Build()).ToString()
	if err != nil {
		return "", errors.New(cause(err))
	}
	cards, err := client.Do(ctx, client.B().Zrange().Key(prefix+"roster").Min("0").Max("-1").Build()).AsStrSlice()
	if err != nil {
		return "", errors.New(cause(err))
	}
	others := slices.DeleteFunc(cards, func(card string) bool { return strings.HasPrefix(card, s.id+" ") })
	found := describe(said, s.connect.Sentinel.MasterSet != "")
	return fmt.Sprintf("%s. Instances that use it: %d", found, len(others)), nil
}

// describe says what a store is, of its INFO.
func describe(info string, watched bool) string {
	f := map[string]string{}
	for line := range strings.Lines(info) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		f[name] = value
	}
	name, version := "Redis", f["redis_version"]
	if f["valkey_version"] != "" {
		name, version = "Valkey", f["valkey_version"]
	}
	kind := "one server"
	switch {
	case f["redis_mode"] == "cluster":
		kind = "a cluster"
	case watched:
		kind = "a master watched by sentinels, with replicas: " + f["connected_slaves"]
	}
	text := fmt.Sprintf("%s %s answers, %s", name, version, kind)
	if policy := f["maxmemory_policy"]; f["maxmemory"] != "0" && policy != "noeviction" {
		text += ". Its maxmemory-policy " + policy + " may forget receipts and used ID tokens: noeviction is better"
	}
	if f["aof_enabled"] == "1" {
		text += ". Its persistence is of no use here: set appendonly no"
	}
	return text
}
