package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
)

// Server is a redis-server of our own, which the scenarios stop, continue, kill and flush.
type Server struct {
	addr   string
	folder string
	child  *exec.Cmd
}

func newServer() *Server {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	server := &Server{addr: listener.Addr().String()}
	listener.Close()
	server.folder, err = os.MkdirTemp("", "peers-")
	check(err)
	server.start()
	return server
}

func (s *Server) start() {
	program := os.Getenv("REDIS_BIN")
	if program == "" {
		program = "redis-server"
	}
	_, port, _ := net.SplitHostPort(s.addr)
	s.child = exec.Command(program, "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
		"--dir", s.folder)
	check(s.child.Start())
	client := s.client()
	defer client.Close()
	for client.Ping(context.Background()).Err() != nil {
		time.Sleep(20 * time.Millisecond)
	}
}

func (s *Server) client() *redis.Client { return redis.NewClient(&redis.Options{Addr: s.addr}) }

func (s *Server) pause()  { check(s.child.Process.Signal(syscall.SIGSTOP)) }
func (s *Server) resume() { check(s.child.Process.Signal(syscall.SIGCONT)) }

func (s *Server) kill() {
	check(s.child.Process.Kill())
	s.child.Wait()
}

func (s *Server) flush() {
	client := s.client()
	defer client.Close()
	check(client.FlushAll(context.Background()).Err())
}

// commands returns how many commands the server has run.
func (s *Server) commands() int {
	client := s.client()
	defer client.Close()
	info, err := client.Info(context.Background(), "commandstats").Result()
	check(err)
	total := 0
	for _, line := range strings.Split(info, "\r\n") {
		if at := strings.Index(line, "calls="); at >= 0 {
			calls := 0
			fmt.Sscanf(line[at:], "calls=%d", &calls)
			total += calls
		}
	}
	return total
}

func (s *Server) end() {
	s.kill()
	os.RemoveAll(s.folder)
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
