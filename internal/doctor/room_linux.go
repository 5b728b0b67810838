package doctor

import "syscall"

// roomIn asks the file system that a folder is on.
func roomIn(dir string) (room, bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil || s.Bsize <= 0 {
		return room{}, false
	}
	block := uint64(s.Bsize)
	return room{bytes: s.Blocks * block, freeBytes: s.Bavail * block, files: s.Files, freeFiles: s.Ffree}, true
}
