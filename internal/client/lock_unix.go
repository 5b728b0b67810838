//go:build unix

package client

import (
	"errors"
	"os"
	"syscall"
)

// tryLock takes the lock of a file, or answers false while another process, or
// another opening of the file, has it.
func tryLock(file *os.File) (bool, error) {
	err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, syscall.EINTR) {
		return false, nil
	}
	return err == nil, err
}
