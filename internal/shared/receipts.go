package shared

import (
	"context"
	_ "embed"
	"errors"
	"time"

	"github.com/redis/rueidis"

	"circlegraph/graph/idempotency"
)

//go:embed claim.lua
var claimScript string

const (
	// receiptAge is how long an outcome is kept.
	receiptAge = 10 * time.Minute
	// claimAge is after how long the outcome of a write that nobody has told of is unknown: four times as long as a call
	// to Circle may take.
	claimAge = time.Minute
)

// Receipts keep the outcomes of keyed writes for all instances. They implement idempotency's Receipts.
type Receipts struct {
	store  *Store
	script *rueidis.Lua
	age    time.Duration // of claims
}

// Receipts are those of all instances.
func (s *Store) Receipts() *Receipts {
	return &Receipts{store: s, script: rueidis.NewLuaScript(claimScript), age: claimAge}
}

// Claim implements idempotency's Receipts.
func (r *Receipts) Claim(ctx context.Context, id, input [32]byte) (receipt idempotency.Receipt, err error) {
	purpose := "receipt " + string(id[:])
	pending := r.store.secrets.seal(purpose, input[:])
	err = r.store.insist(ctx, "receipts", func(ctx context.Context, c rueidis.Client) error {
		var claimed []string
		for _, name := range r.store.secrets.names("receipt", string(id[:])) {
			said, err := r.script.Exec(ctx, c, []string{name}, []string{
				rueidis.BinaryString(pending), millis(receiptAge),
			}).ToArray()
			if err != nil {
				return err
			}
			if len(said) == 0 {
				claimed = append(claimed, name)
				continue
			}
			if receipt, err = r.read(purpose, said); err != nil {
				return err
			}
			for _, name := range claimed { // of a key that not all instances have
				if err := c.Do(ctx, c.B().Del().Key(name).Build()).Error(); err != nil {
					return err
				}
			}
			return nil
		}
		receipt.Mine = true
		return nil
	})
	return receipt, err
}

// read reads a record: an input, and behind it an outcome if there is one.
func (r *Receipts) read(purpose string, said []rueidis.RedisMessage) (receipt idempotency.Receipt, err error) {
	box, err := said[0].AsBytes()
	if err != nil {
		return receipt, err
	}
	left, err := said[1].AsInt64()
	if err != nil {
		return receipt, err
	}
	value, err := r.store.secrets.open(purpose, box)
	if err != nil || len(value) < len(receipt.Input) {
		return idempotency.Receipt{Broken: true}, nil //nolint:nilerr // somebody else has written there
	}
	receipt.Input = [32]byte(value)
	receipt.Outcome = value[len(receipt.Input):]
	if len(receipt.Outcome) == 0 {
		receipt.Pending = receiptAge-time.Duration(left)*time.Millisecond < r.age
		receipt.Broken = !receipt.Pending
	}
	return receipt, nil
}

// Keep implements idempotency's Receipts. What the store cannot be told now it is told later.
func (r *Receipts) Keep(ctx context.Context, id, input [32]byte, outcome []byte) {
	box := rueidis.BinaryString(r.store.secrets.seal("receipt "+string(id[:]), append(input[:], outcome...)))
	set := func(ctx context.Context, by runner, life time.Duration) error {
		return r.each(ctx, by, id, func(ctx context.Context, c rueidis.Client, name string) error {
			return c.Do(ctx, c.B().Set().Key(name).Value(box).PxMilliseconds(life.Milliseconds()).Build()).Error()
		})
	}
	now := r.store.options.Now()
	r.store.outcomes.keep(now, told{bytes: len(box), until: now.Add(receiptAge), tell: set})
	tell := func(ctx context.Context, by runner) error { return set(ctx, by, receiptAge) }
	if err := tell(ctx, r.store.do); err != nil && !errors.Is(err, errNotSent) {
		r.store.later(tell) //nolint:contextcheck // it outlives the request
	}
}

// Drop implements idempotency's Receipts. What the store cannot be told now it is told later.
func (r *Receipts) Drop(ctx context.Context, id [32]byte) {
	tell := func(ctx context.Context, by runner) error {
		return r.each(ctx, by, id, func(ctx context.Context, c rueidis.Client, name string) error {
			return c.Do(ctx, c.B().Del().Key(name).Build()).Error()
		})
	}
	if tell(ctx, r.store.do) != nil {
		r.store.later(tell) //nolint:contextcheck // it outlives the request
	}
}

// each does one thing under all names of a key.
func (r *Receipts) each(
	ctx context.Context, by runner, id [32]byte, one func(ctx context.Context, c rueidis.Client, name string) error,
) error {
	return by(ctx, "receipts", func(ctx context.Context, c rueidis.Client) error {
		for _, name := range r.store.secrets.names("receipt", string(id[:])) {
			if err := one(ctx, c, name); err != nil {
				return err
			}
		}
		return nil
	})
}
