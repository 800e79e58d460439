package shared

import (
	"context"
	_ "embed"
	"errors"
	"strconv"
	"time"

	"github.com/redis/rueidis"

	"circlegraph/circleclient"
)

//go:embed purse.lua
var purseScript string

// afterOutage is the part of the budget that the instances spend together while they cannot agree, each its share.
const afterOutage = .8

// Purse holds requests that all instances may send together. It implements circleclient's Purse.
type Purse struct {
	store     *Store
	key       string
	perSecond float64
	burst     int
	script    *rueidis.Lua
}

// Purse makes the purse of a name, into which so many requests flow, and which holds burst of them.
func (s *Store) Purse(name string, perSecond float64, burst int) circleclient.Purse {
	return &Purse{
		store: s, key: prefix + "purse:" + name, perSecond: perSecond, burst: burst, script: s.script(purseScript),
	}
}

// Share is the part of the whole that this instance may spend by itself while the store is away.
func (p *Purse) Share() float64 { return afterOutage / float64(p.store.Fleet()) }

// Take implements circleclient's Purse.
func (p *Purse) Take(ctx context.Context, ask circleclient.Ask) (grant circleclient.Grant, err error) {
	// Those who are cut off spend their shares meanwhile.
	visible := 1 - afterOutage*float64(p.store.roster.lost.Load())/float64(p.store.Fleet())
	pause := int64(-1)
	if ask.Refused {
		pause = ask.Pause.Milliseconds()
	}
	args := []string{
		decimal(p.perSecond), strconv.Itoa(p.burst), decimal(max(visible, 0)), p.store.id, strconv.Itoa(ask.Want),
		strconv.Itoa(ask.More), flag(ask.Accepted), strconv.FormatInt(pause, 10), flag(ask.WasAway),
	}
	for _, used := range ask.Used {
		args = append(args, strconv.FormatInt(used.Lot, 10), strconv.Itoa(used.Spent), strconv.Itoa(used.Unused))
	}
	err = p.store.do(ctx, "purse", func(ctx context.Context, c rueidis.Client) error {
		said, err := p.script.Exec(ctx, c, []string{p.key}, args).ToArray()
		if err == nil {
			grant, err = readGrant(said)
		}
		return err
	})
	return grant, err
}

func readGrant(said []rueidis.RedisMessage) (grant circleclient.Grant, err error) {
	var numbers [7]float64
	if len(said) != len(numbers) {
		return grant, errors.New("shared: a purse answers in another form")
	}
	for i, m := range said {
		if whole, failed := m.AsInt64(); failed == nil {
			numbers[i] = float64(whole)
		} else if numbers[i], err = m.AsFloat64(); err != nil {
			return grant, err
		}
	}
	return circleclient.Grant{
		Got: int(numbers[0]), Lot: int64(numbers[1]), Next: milliseconds(numbers[2]), Strength: numbers[3],
		Pause: milliseconds(numbers[4]), Left: numbers[5], Rivals: int(numbers[6]),
	}, nil
}

func milliseconds(n float64) time.Duration { return time.Duration(n) * time.Millisecond }

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', 6, 64) }

func flag(on bool) string {
	if on {
		return "1"
	}
	return "0"
}
