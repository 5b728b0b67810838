package mcp

import (
	"context"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// prompts are what a person can choose to ask in one go, where the client offers
// a choice. They hold nobody's data: the assistant looks it up itself.
func prompts(server *mcp.Server) {
	for _, p := range []struct{ name, title, about, text string }{
		{
			"what_now", "What should I do now?", "The one task to do now, and why",
			"What should I do now? Ask whats_next, name the best task, say in a sentence why it is that one, and until when that holds. " +
				"If nothing is to be done, say so kindly. Offer to complete it, to put it off, or to explain the ranking; do none of that before I say so.",
		},
		{
			"plan_my_day", "Plan my day", "A plan for the rest of today",
			"Help me to plan the rest of today. Ask day_overview. Tell me what is overdue and what is due today, then propose an order for the next hours that follows the ranking, " +
				"with the estimates where there are some, and leave room between things. Say what will not fit, and propose to snooze it or to give it another date. " +
				"Change nothing before I agree.",
		},
		{
			"weekly_review", "Weekly review", "What was done, what lies around, what comes next week",
			"Do a weekly review with me, a step at a time. First, what was done: find_tasks with the status completed, sorted by -updated_at. " +
				"Second, what lies around: what is overdue, and what has not been touched for long (find_tasks sorted by updated_at); for each ask whether to do it, to give it another date, or to give it up. " +
				"Third, next week: find_tasks by due date; ask what is missing and add it. Change only what I agree to, and sum up at the end.",
		},
	} {
		server.AddPrompt(&mcp.Prompt{Name: p.name, Title: p.title, Description: p.about}, func(context.Context, *mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			return &mcp.GetPromptResult{Description: p.about, Messages: []*mcp.PromptMessage{{Role: "user", Content: &mcp.TextContent{Text: p.text}}}}, nil
		})
	}
}
