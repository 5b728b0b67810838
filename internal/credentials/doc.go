// Package credentials hashes passwords and mints and checks tokens. It is a
// leaf: it knows neither users nor the database.
package credentials
