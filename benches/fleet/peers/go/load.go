package main

import (
	"errors"
	"fmt"
	"sort"
	"strings"
	"sync"
	"time"

	gobreaker "github.com/sony/gobreaker/v2"
	store "github.com/sony/gobreaker/v2/redis"
)

// Breaker is the circuit breaker under test.
type Breaker = gobreaker.DistributedCircuitBreaker[int]

func settings(openFor time.Duration) gobreaker.Settings {
	return gobreaker.Settings{
		Name:        "dependency",
		Timeout:     openFor,
		MaxRequests: 1,
		ReadyToTrip: func(counts gobreaker.Counts) bool { return counts.ConsecutiveFailures >= 3 },
	}
}

func newBreaker(addr string, openFor time.Duration) *Breaker {
	breaker, err := gobreaker.NewDistributedCircuitBreaker[int](store.NewStore(addr), settings(openFor))
	check(err)
	return breaker
}

func well() (int, error) {
	time.Sleep(5 * time.Millisecond)
	return 1, nil
}

func broken() (int, error) { return 0, errors.New("the dependency is down") }

type call struct {
	start, took time.Duration
	ran         bool
	result      string
}

// Load calls through breakers, one goroutine for each, and remembers what came of the calls.
type Load struct {
	lock  sync.Mutex
	calls []call
	ended chan struct{}
	group sync.WaitGroup
}

func newLoad(breakers []*Breaker, function func() (int, error)) *Load {
	load := &Load{ended: make(chan struct{})}
	began := time.Now()
	for _, breaker := range breakers {
		load.group.Add(1)
		go func(breaker *Breaker) {
			defer load.group.Done()
			for {
				select {
				case <-load.ended:
					return
				default:
				}
				start, ran := time.Now(), false
				_, err := breaker.Execute(func() (int, error) { ran = true; return function() })
				result := "ok"
				if errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests) {
					result = "rejected"
				} else if err != nil {
					result = short(err)
				}
				load.lock.Lock()
				load.calls = append(load.calls, call{start.Sub(began), time.Since(start), ran, result})
				load.lock.Unlock()
				time.Sleep(20 * time.Millisecond)
			}
		}(breaker)
	}
	return load
}

func short(err error) string {
	text := strings.ReplaceAll(err.Error(), "\n", " ")
	for _, known := range []string{"connection refused", "i/o timeout", "lock already taken", "failed to acquire lock"} {
		if strings.Contains(text, known) {
			return "\"" + known + "\""
		}
	}
	return "\"" + text + "\""
}

func (l *Load) end() {
	close(l.ended)
	l.group.Wait()
}

// between says how many calls began between two instants, what came of them, and the longest time.
func (l *Load) between(first, last time.Duration) string {
	l.lock.Lock()
	defer l.lock.Unlock()
	results, count, failed, longest := map[string]int{}, 0, 0, time.Duration(0)
	for _, call := range l.calls {
		if call.start < first || call.start >= last {
			continue
		}
		count++
		results[call.result]++
		if call.ran && call.result != "ok" {
			failed++
		}
		if call.took > longest {
			longest = call.took
		}
	}
	var parts []string
	for result, number := range results {
		parts = append(parts, fmt.Sprintf("%d %s", number, result))
	}
	sort.Strings(parts)
	text := fmt.Sprintf("%d calls began (%s); the longest took %d ms", count, strings.Join(parts, ", "), longest.Milliseconds())
	if failed > 0 {
		text += fmt.Sprintf("; %d of the failed calls had run, and succeeded", failed)
	}
	return text
}
