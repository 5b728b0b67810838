# Reads coverage profiles of go test and says how much of each package the tests reach, all tests together. Fails where
# that is too little: -v overall=90 -v each=85, in percent. Support for tests is not counted.
/^mode:/ { next }
{
	package = $1
	sub(/\/[^\/]*$/, "", package)
	if (package ~ /\/(storetest|redistest)(\/|$)/) next
	if (!($1 in statements)) {
		statements[$1] = $2
		of[$1] = package
	}
	if ($3 > 0) covered[$1] = 1
}
END {
	for (block in statements) {
		all += statements[block]
		total[of[block]] += statements[block]
		if (block in covered) {
			reached += statements[block]
			hit[of[block]] += statements[block]
		}
	}
	if (!all) {
		print "coverage: the profile is empty"
		exit 1
	}
	for (package in total) {
		percent = 100 * hit[package] / total[package]
		low = percent < each
		printf "%6.1f %% %s%s\n", percent, package, low ? "   <-- below " each " %" : "" | "sort -k3"
		failed += low
	}
	close("sort -k3")
	percent = 100 * reached / all
	printf "%6.1f %% overall%s\n", percent, percent < overall ? "   <-- below " overall " %" : ""
	if (failed || percent < overall) {
		print "coverage: too little"
		exit 1
	}
}
