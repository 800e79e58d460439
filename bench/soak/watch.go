package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// sample is what the process uses at a moment.
type sample struct {
	heap, resident, goroutines, files float64
}

const header = "   heap MB  resident MB  goroutines  files"

func (s sample) String() string {
	return fmt.Sprintf("%10.1f  %11.1f  %10.0f  %5.0f", s.heap/1e6, s.resident/1e6, s.goroutines, s.files)
}

const (
	sampleEvery = time.Second
	fewest      = 20 // samples that [level] needs
	// shortest is how long it takes to get them, and some time to take each.
	shortest   = 3 * fewest * sampleEvery / 2
	printEvery = 10
	// patience is how many seconds what is under way may take to end: a member whom nobody follows any more is still
	// looked after for half a minute.
	patience = 60
)

// watch takes samples until ctx ends.
func (f *facade) watch(ctx context.Context, out io.Writer) ([]sample, error) {
	begin := time.Now()
	var samples []sample
	for wait(ctx, sampleEvery) {
		s, err := f.sample(context.WithoutCancel(ctx))
		if err != nil {
			return samples, err
		}
		samples = append(samples, s)
		if len(samples)%printEvery == 0 {
			fmt.Fprintf(out, "%8s  %s\n", time.Since(begin).Round(time.Second), s)
		}
	}
	return samples, nil
}

// level returns what has grown between the second quarter and the last one: the first is for warming up. A leak of any
// kind grows with the time; what is allowed is for the memory of revoked tokens and the like, which is bounded, and for
// chance.
func level(samples []sample) error {
	quarter := len(samples) / 4
	if len(samples) < fewest {
		return fmt.Errorf("%d samples are too few to tell anything", len(samples))
	}
	early, late := samples[quarter:2*quarter], samples[3*quarter:]
	return errors.Join(
		grown("heap", early, late, func(s sample) float64 { return s.heap }, 1.25, 4e6),
		grown("goroutines", early, late, func(s sample) float64 { return s.goroutines }, 1.25, 20),
		grown("files", early, late, func(s sample) float64 { return s.files }, 1.25, 10),
	)
}

// grown compares medians.
func grown(what string, early, late []sample, value func(sample) float64, factor, slack float64) error {
	median := func(of []sample) float64 {
		values := make([]float64, len(of))
		for i, s := range of {
			values[i] = value(s)
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	if before, after := median(early), median(late); after > before*factor+slack {
		return fmt.Errorf("%s grew from %.0f to %.0f", what, before, after)
	}
	return nil
}

// atRest waits until nothing is under way any more: until the numbers are back at base, or, without one, stand still.
// Idle connections would be kept for minutes, so both sides of the process give theirs up.
func (f *facade) atRest(ctx context.Context, circle *circle, base *sample) (sample, error) {
	var last sample
	for range patience {
		client.CloseIdleConnections()
		circle.CloseClientConnections()
		s, err := f.sample(ctx)
		switch {
		case err != nil:
			return s, err
		case base == nil && s.goroutines == last.goroutines && s.files == last.files:
			return s, nil
		case base != nil && s.goroutines <= base.goroutines+5 && s.files <= base.files+3:
			return s, nil
		}
		last = s
		if !wait(ctx, time.Second) {
			return s, ctx.Err()
		}
	}
	return last, fmt.Errorf("%d s after the load: %.0f goroutines and %.0f files", patience, last.goroutines, last.files)
}

// sample reads the process's metrics.
func (f *facade) sample(ctx context.Context) (s sample, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.metrics+"/metrics", http.NoBody)
	if err != nil {
		return s, err
	}
	res, err := client.Do(req)
	if err != nil {
		return s, err
	}
	defer res.Body.Close()
	into := map[string]*float64{
		"go_memstats_heap_alloc_bytes": &s.heap, "process_resident_memory_bytes": &s.resident,
		"go_goroutines": &s.goroutines, "process_open_fds": &s.files,
	}
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		name, text, _ := strings.Cut(lines.Text(), " ")
		if value := into[name]; value != nil {
			if *value, err = strconv.ParseFloat(text, 64); err != nil {
				return s, err
			}
			delete(into, name)
		}
	}
	if len(into) > 0 && lines.Err() == nil {
		return s, errors.New("the metrics are not all there")
	}
	return s, lines.Err()
}
