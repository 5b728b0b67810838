// Package mcp serves the Model Context Protocol over streamable HTTP, so that
// assistants can use the product: tools.go is the table of what they can do. It
// translates calls to use cases and back, and decides nothing.
//
// What people typed is data in every answer: it stands in fields of their own,
// or in quotes.
package mcp
