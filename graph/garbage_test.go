package graph_test

import "runtime/debug"

// These tests make much garbage and keep little.
func init() { debug.SetGCPercent(400) }
