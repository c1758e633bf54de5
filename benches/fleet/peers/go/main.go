// Puts the distributed circuit breaker of sony/gobreaker through the scenarios of ../python/scenarios.py, with a
// redis-server each. Prints Markdown.
//
// usage: go run . [SCENARIO …]
package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"time"

	gobreaker "github.com/sony/gobreaker/v2"
)

func main() {
	if len(os.Args) == 4 && os.Args[1] == "worker" {
		work(os.Args[2], os.Args[3])
		return
	}
	scenarios := []struct {
		name string
		run  func(*Server) []string
	}{
		{"parallel", parallel}, {"paused", paused}, {"killed", killed}, {"flushed", flushed},
		{"dead-prober", deadProber}, {"many-probes", manyProbes}, {"speed", speed}, {"idle", idle},
	}
	chosen := map[string]bool{}
	for _, name := range os.Args[1:] {
		chosen[name] = true
	}
	for _, scenario := range scenarios {
		if len(chosen) > 0 && !chosen[scenario.name] {
			continue
		}
		server := newServer()
		fmt.Println(scenario.name)
		for _, line := range scenario.run(server) {
			fmt.Println("-", line)
		}
		fmt.Println()
		server.end()
	}
}

// five returns five breakers with a store each, as five processes would have them. Goroutines of one process cannot
// share a store: it keeps its locks in a map without a lock.
func five(server *Server, openFor time.Duration) []*Breaker {
	var breakers []*Breaker
	for i := 0; i < 5; i++ {
		breakers = append(breakers, newBreaker(server.addr, openFor))
	}
	return breakers
}

func parallel(server *Server) []string {
	lines := []string{}
	for _, shared := range []bool{false, true} {
		breakers := five(server, 2*time.Second)
		var group sync.WaitGroup
		var lock sync.Mutex
		errs := map[string]int{}
		start := time.Now()
		for i := 0; i < 5; i++ {
			breaker := breakers[i]
			if shared {
				breaker = breakers[0]
			}
			group.Add(1)
			go func() {
				defer group.Done()
				_, err := breaker.Execute(func() (int, error) { time.Sleep(100 * time.Millisecond); return 1, nil })
				if err != nil {
					lock.Lock()
					errs[short(err)]++
					lock.Unlock()
				}
			}()
		}
		group.Wait()
		what := "five breakers with a store each"
		if shared {
			what = "five goroutines on one breaker"
		}
		lines = append(lines, fmt.Sprintf("%s: %d ms, errors %v", what, time.Since(start).Milliseconds(), errs))
	}
	return lines
}

func paused(server *Server) []string {
	load := newLoad(five(server, 2*time.Second), well)
	time.Sleep(2 * time.Second)
	server.pause()
	time.Sleep(8 * time.Second)
	server.resume()
	time.Sleep(8 * time.Second)
	load.end()
	return []string{
		"before: " + load.between(0, 1900*time.Millisecond),
		"stopped for 8 s: " + load.between(1900*time.Millisecond, 10*time.Second),
		"0 to 4 s after it went on: " + load.between(10*time.Second, 14*time.Second),
		"4 to 8 s after it went on: " + load.between(14*time.Second, 18*time.Second),
	}
}

func killed(server *Server) []string {
	load := newLoad(five(server, 2*time.Second), well)
	time.Sleep(2 * time.Second)
	server.kill()
	time.Sleep(8 * time.Second)
	server.start()
	time.Sleep(8 * time.Second)
	load.end()
	return []string{
		"away for 8 s: " + load.between(2*time.Second, 10*time.Second),
		"0 to 4 s after the start: " + load.between(10200*time.Millisecond, 14*time.Second),
		"4 to 8 s after the start: " + load.between(14*time.Second, 18*time.Second),
	}
}

func flushed(server *Server) []string {
	breakers := five(server, 20*time.Second)
	load := newLoad(breakers, well)
	time.Sleep(2 * time.Second)
	server.flush()
	time.Sleep(4 * time.Second)
	load.end()
	lines := []string{"closed, 4 s after the flush: " + load.between(2*time.Second, 6*time.Second)}
	breakers = five(server, 20*time.Second)
	for i := 0; i < 3; i++ {
		breakers[0].Execute(broken)
	}
	state, err := breakers[0].State()
	lines = append(lines, fmt.Sprintf("open circuit: the state is %v, error %v", state, err))
	server.flush()
	load = newLoad(breakers, well)
	time.Sleep(6 * time.Second)
	load.end()
	state, err = breakers[0].State()
	return append(lines, "open, 0 to 6 s after the flush: "+load.between(0, 6*time.Second),
		fmt.Sprintf("the state is %v, error %v", state, err))
}

func deadProber(server *Server) []string {
	breakers := five(server, 2*time.Second)
	for i := 0; i < 3; i++ {
		breakers[0].Execute(broken)
	}
	time.Sleep(2100 * time.Millisecond)
	worker := exec.Command(os.Args[0], "worker", server.addr, "hang")
	output, err := worker.StdoutPipe()
	check(err)
	check(worker.Start())
	bufio.NewReader(output).ReadString('\n') // its probe has begun, and never ends
	check(worker.Process.Kill())
	worker.Wait()
	start := time.Now()
	load := newLoad(breakers[:3], well)
	closed := time.Duration(0)
	for time.Since(start) < 60*time.Second && closed == 0 {
		time.Sleep(100 * time.Millisecond)
		load.lock.Lock()
		for _, call := range load.calls {
			if call.result == "ok" {
				closed = call.start + call.took
			}
		}
		load.lock.Unlock()
	}
	load.end()
	return []string{fmt.Sprintf("under traffic: the first call succeeded after %d ms (0: none in 60 s); %s",
		closed.Milliseconds(), load.between(0, 60*time.Second))}
}

func manyProbes(server *Server) []string {
	breakers := five(server, 2*time.Second)
	breakers = append(breakers, five(server, 2*time.Second)...)
	for i := 0; i < 3; i++ {
		breakers[0].Execute(broken)
	}
	time.Sleep(2100 * time.Millisecond)
	var group sync.WaitGroup
	var lock sync.Mutex
	results := map[string]int{}
	for _, breaker := range breakers {
		group.Add(1)
		go func(breaker *Breaker) {
			defer group.Done()
			ran := false
			_, err := breaker.Execute(func() (int, error) { ran = true; time.Sleep(500 * time.Millisecond); return 1, nil })
			lock.Lock()
			defer lock.Unlock()
			switch {
			case ran:
				results["reached the dependency"]++
			case err == gobreaker.ErrOpenState || err == gobreaker.ErrTooManyRequests:
				results["rejected"]++
			default:
				results[short(err)]++
			}
		}(breaker)
	}
	group.Wait()
	return []string{fmt.Sprintf("ten breakers with a store each called once after the period: %v", results)}
}

func speed(server *Server) []string {
	nothing := func() (int, error) { return 1, nil }
	breaker := newBreaker(server.addr, time.Second)
	before, start, calls := server.commands(), time.Now(), 0
	for time.Since(start) < 3*time.Second {
		_, err := breaker.Execute(nothing)
		check(err)
		calls++
	}
	rate := float64(calls) / time.Since(start).Seconds()
	per := float64(server.commands()-before) / float64(calls)
	alone := gobreaker.NewCircuitBreaker[int](settings(time.Second))
	start, own := time.Now(), 0
	for time.Since(start) < 3*time.Second {
		for i := 0; i < 1000; i++ {
			alone.Execute(nothing)
		}
		own += 1000
	}
	return []string{
		fmt.Sprintf("distributed: %.0f calls per second, %.2f commands per call", rate, per),
		fmt.Sprintf("without a store: %.0f calls per second", float64(own)/time.Since(start).Seconds()),
	}
}

func idle(server *Server) []string {
	newBreaker(server.addr, time.Second)
	before := server.commands()
	time.Sleep(10 * time.Second)
	return []string{fmt.Sprintf("one breaker: %d commands in 10 s", server.commands()-before-2)}
}

func work(addr, role string) {
	breaker := newBreaker(addr, 2*time.Second)
	breaker.Execute(func() (int, error) {
		fmt.Println("probing", role)
		time.Sleep(time.Hour)
		return 1, nil
	})
}
