package mcp

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"regexp"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// The card shows the best task inside a conversation, with Done and Snooze. It is
// one HTML document that fetches nothing; what it shows it is given by its host,
// and what is pressed on it are calls of the tools here. It holds nobody's data.
//
//go:embed card.html
var cardSource string

// cardPage is the card as it is served, without what only those who change it need:
// indents and comments.
var cardPage = regexp.MustCompile(`(?m)^(\s+|// .*\n)`).ReplaceAllString(cardSource, "")

const (
	// cardKind is the type the MCP Apps extension wants, which ChatGPT's Apps SDK
	// takes as well.
	cardKind  = "text/html;profile=mcp-app"
	cardAbout = "Shows the best task, why it is that one and the two after it, with buttons for done and snooze."
	cardStem  = "ui://mindflow/best-task."
)

// cardURI changes with the page, since hosts keep what they have read.
var cardURI = cardStem + version(cardPage) + ".html"

func version(page string) string {
	sum := sha256.Sum256([]byte(page))
	return hex.EncodeToString(sum[:4])
}

// isCard reports whether a URI is that of the card, as it is or as it once was.
func isCard(uri string) bool { return strings.HasPrefix(uri, cardStem) }

// What hosts are told beside the tools, under the names of both kinds of host.
var (
	shownOnCard = mcp.Meta{
		"ui":                    map[string]any{"resourceUri": cardURI},
		"openai/outputTemplate": cardURI, "openai/widgetAccessible": true,
		"openai/toolInvocation/invoking": "Looking for what to do now", "openai/toolInvocation/invoked": "What to do now",
	}
	calledByCard = mcp.Meta{"openai/widgetAccessible": true}
)

// cardMeta tells hosts to let the page reach no address at all.
var cardMeta = mcp.Meta{
	"ui": map[string]any{
		"csp":           map[string]any{"connectDomains": []string{}, "resourceDomains": []string{}},
		"prefersBorder": true,
	},
	"openai/widgetCSP":           map[string]any{"connect_domains": []string{}, "resource_domains": []string{}},
	"openai/widgetPrefersBorder": true, "openai/widgetDescription": cardAbout,
}

// card offers the card. Hosts also keep the list of tools, and after an update ask
// for the URI they knew: any version is answered with the page of today.
func card(server *mcp.Server) {
	const name, title = "best-task-card", "Card of the best task"
	read := func(_ context.Context, req *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
		return &mcp.ReadResourceResult{Contents: []*mcp.ResourceContents{
			{URI: req.Params.URI, MIMEType: cardKind, Text: cardPage, Meta: cardMeta},
		}}, nil
	}
	server.AddResource(&mcp.Resource{
		Meta: cardMeta, URI: cardURI, Name: name, Title: title, Description: cardAbout, MIMEType: cardKind, Size: int64(len(cardPage)),
	}, read)
	server.AddResourceTemplate(&mcp.ResourceTemplate{
		Meta: cardMeta, URITemplate: cardStem + "{version}.html", Name: name, Title: title, Description: cardAbout, MIMEType: cardKind,
	}, read)
}
