package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// habits are what honest members do, who are told apart by i, in their nth round.
var habits = map[string]func(t *target, ctx context.Context, i, n int) error{
	"":              (*target).screen,
	"sign in again": (*target).signInAgain,
	"listen":        (*target).listen,
}

// fared is how the honest fared.
type fared struct {
	Served int
	Took   []time.Duration // of each round, served or not

	err error
}

// honest lets the honest members be.
func (t *target) honest(ctx context.Context, habit string, length time.Duration) (f fared) {
	j := job{URL: t.url, Tokens: t.tokens, Habit: habit, Length: length}
	cmd, err := j.process(ctx, honestRole, 0)
	if err != nil {
		return fared{err: err}
	}
	answer, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(answer, &f)
	}
	if err != nil {
		f.err = fmt.Errorf("the honest members: %w", err)
	}
	return f
}

// beHonest does once a second what members do, and writes how they fared.
func beHonest(ctx context.Context, in io.Reader, out io.Writer) error {
	var j job
	if err := json.NewDecoder(in).Decode(&j); err != nil {
		return err
	}
	t := j.target()
	ctx, cancel := context.WithTimeout(ctx, j.Length)
	defer cancel()
	var mu sync.Mutex
	var f fared
	var all sync.WaitGroup
	for i := range t.tokens {
		all.Go(func() {
			pause(ctx, time.Duration(i)*time.Second/time.Duration(len(t.tokens))) // not all in the same moment
			for n := 0; ctx.Err() == nil; n++ {
				began := time.Now()
				err := habits[j.Habit](t, context.WithoutCancel(ctx), i, n)
				mu.Lock()
				if err == nil {
					f.Served++
				} else {
					fmt.Fprintf(os.Stderr, "member %d: %.200v\n", i, err)
				}
				f.Took = append(f.Took, time.Since(began))
				mu.Unlock()
				pause(ctx, time.Until(began.Add(time.Second)))
			}
		})
	}
	all.Wait()
	return json.NewEncoder(out).Encode(f)
}
