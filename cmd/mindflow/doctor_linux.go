package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// become goes on as the owner of a file, where root has begun: what the server's user
// may read and write is a part of what is looked at, and root may everything.
func become(info fs.FileInfo) error {
	file, known := info.Sys().(*syscall.Stat_t)
	if !known || os.Geteuid() != 0 || file.Uid == 0 {
		return nil
	}
	group, groups := int(file.Gid), []int{}
	if u, err := user.LookupId(fmt.Sprint(file.Uid)); err == nil {
		if group, err = strconv.Atoi(u.Gid); err != nil {
			return err
		}
		ids, _ := u.GroupIds() // without others it may less, and no more
		for _, id := range ids {
			if n, err := strconv.Atoi(id); err == nil {
				groups = append(groups, n)
			}
		}
	}
	if err := errors.Join(syscall.Setgroups(groups), syscall.Setgid(group), syscall.Setuid(int(file.Uid))); err != nil {
		return fmt.Errorf("go on as the user whom the settings belong to: %w", err)
	}
	return nil
}
