// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/vty/help.h"

#include <errno.h>
#include <stdlib.h>

#include "control/vty/server.h"

// Nodes: user, privileged, then one for each mode of the configuration.
enum {
	NODE_COUNT = 2 + CONFIG_MODE_COUNT,
	LINE_NODE_FIRST = _LAST_OSMOVTY_NODE + NODE_COUNT,
	PASSWORD_NODE = LINE_NODE_FIRST + NODE_COUNT,
	PROMPT_SIZE = 48,
	DOC_SIZE = 2048,
	FORM_SIZE = 600,
};

static char prompts[NODE_COUNT][PROMPT_SIZE];
static struct cmd_node help_nodes[NODE_COUNT];
static struct cmd_node line_nodes[NODE_COUNT];
static struct cmd_node password_node;
static struct vty_app_info app = { .name = "offhook", .version = "", .copyright = "" };

// What the first word of several commands is about. GROUP(word, text)
static const struct {
	const char *word;
	const char *help;
} groups[] = {
	{ "allow-connections", "connections that are allowed" },
	{ "call-forward", "where calls are forwarded" },
	{ "clear", "end something" },
	{ "cnf-file", "phones' files" },
	{ "configure", "change the configuration" },
	{ "cti", "computer telephony" },
	{ "debug", "trace" },
	{ "em", "extension mobility" },
	{ "emadmin", "extension mobility, for applications" },
	{ "ip", "Internet Protocol" },
	{ "no", "the opposite, or the default" },
	{ "show", "what is going on" },
	{ "supplementary-service", "SIP messages that are passed on" },
	{ "terminal", "this session" },
	{ "timeouts", "timers" },
	{ "voice", "voice" },
	{ "write", "save the configuration" },
};

static int node_index(enum shell_level level, enum config_mode mode)
{
	return level == LEVEL_CONFIGURE ? 2 + (int)mode : (int)level;
}

static int node_number(int index)
{
	static const int own[] = { VIEW_NODE, ENABLE_NODE, CONFIG_NODE };

	return index < 3 ? own[index] : _LAST_OSMOVTY_NODE + index;
}

int help_node(enum shell_level level, enum config_mode mode)
{
	return node_number(node_index(level, mode));
}

int help_password_node(void)
{
	return PASSWORD_NODE;
}

int help_line_node(enum shell_level level, enum config_mode mode)
{
	return LINE_NODE_FIRST + node_index(level, mode);
}

void help_hostname(const char *hostname)
{
	app.name = hostname[0] == '\0' ? "offhook" : hostname;
}

size_t help_prompt_width(int node)
{
	return strlen(app.name) + strlen(cmd_prompt((enum node_type)node)) - 2; // %s
}

void help_prompt(struct vty *vty, int node)
{
	if (node == PASSWORD_NODE) {
		vty_out(vty, "%s", password_node.prompt);
		return;
	}
	// The prompt is "%s" and what follows it.
	vty_out(vty, "%s%s", app.name, cmd_prompt((enum node_type)node) + 2);
}

// --- commands ------------------------------------------------------------------------------------

// libosmovty found the command; the line is still in its buffer, and is read again here.
static int run_line(struct cmd_element *self, struct vty *vty, int argc, const char *argv[])
{
	(void)self;
	(void)argc;
	(void)argv;
	return vty_session_line(vty);
}

static struct cmd_element any_line[NODE_COUNT]; // libosmovty cuts each into words

struct installer {
	int node;
	struct cmd_node *cnode;
	const char *before; // "no " or ""
};

static const char *group_help(struct span word)
{
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (span_eq(span_str(groups[i].word), word))
			return groups[i].help;
	return NULL;
}

// libosmovty wants a text for each word and each alternative.
static void doc_print(const char *form, const char *help, char doc[DOC_SIZE])
{
	struct span rest = span_str(form), word;
	size_t used = 0;
	bool several = strchr(form, ' ') != NULL, first = true;

	while ((word = text_word(&rest)).n > 0) {
		const char *group = first && several ? group_help(word) : NULL;

		for (size_t i = 0; i < word.n && used < DOC_SIZE - 1; i++)
			if (i == 0 || word.p[i] == '|')
				used += (size_t)snprintf(doc + used, DOC_SIZE - used, "%s\n",
					group != NULL ? group : help);
		first = false;
	}
}

static bool is_installed(const struct cmd_node *cnode, const char *form)
{
	for (unsigned i = 0; i < vector_active(cnode->cmd_vector); i++) {
		const struct cmd_element *element = vector_slot(cnode->cmd_vector, i);

		if (element != NULL && strcmp(element->string, form) == 0)
			return true;
	}
	return false;
}

static int install(void *ctx, const struct rule *rule, const char *form)
{
	const struct installer *installer = ctx;
	char doc[DOC_SIZE] = "", whole[FORM_SIZE];
	struct cmd_element *element;

	snprintf(whole, sizeof(whole), "%s%s", installer->before, form);
	if (is_installed(installer->cnode, whole))
		return 0;
	element = calloc(1, sizeof(*element));
	if (element == NULL)
		return -ENOMEM;
	doc_print(whole, rule->help, doc);
	// libosmovty keeps these for as long as the process lives.
	element->string = strdup(whole);
	element->doc = strdup(doc);
	element->func = run_line;
	if (element->string == NULL || element->doc == NULL)
		return -ENOMEM;
	install_element(installer->node, element);
	return 0;
}

// The keywords before the first argument: the `no` form needs no more.
static void lead_print(const char *syntax, char form[FORM_SIZE])
{
	struct span rest = span_str(syntax), word;
	size_t used = 0;

	while ((word = text_word(&rest)).n > 0 && word.p[0] >= 'a' && word.p[0] <= 'z')
		used += (size_t)snprintf(form + used, FORM_SIZE - used, "%s%.*s",
			used == 0 ? "" : " ", SPAN_FMT(word));
}

static int install_no(struct installer *installer, const struct rule *rule)
{
	char form[FORM_SIZE] = "";
	int error;

	installer->before = "no ";
	error = grammar_expand(rule, install, installer);
	lead_print(rule->syntax, form);
	if (error == 0)
		error = install(installer, rule, form);
	return error;
}

static int install_grammar(int index, const struct grammar *grammar)
{
	struct installer installer = { node_number(index), &help_nodes[index], "" };
	int error = 0;

	for (unsigned i = 0; error == 0 && grammar != NULL && i < grammar->count; i++) {
		const struct rule *rule = &grammar->rules[i];

		if (rule->canonical != NULL || (rule->flags & EXEC_HIDDEN) != 0)
			continue;
		installer.before = "";
		if (!(rule->flags & RULE_NO_ONLY))
			error = grammar_expand(rule, install, &installer);
		if (error == 0 && (rule->flags & (RULE_NO | RULE_NO_ONLY)) != 0)
			error = install_no(&installer, rule);
	}
	return error;
}

// --- nodes ---------------------------------------------------------------------------------------

// What libosmovty puts into every node by itself is not ours: it goes.
static void node_install(struct cmd_node *cnode, int node, const char *prompt)
{
	cnode->node = node;
	cnode->prompt = prompt;
	snprintf(cnode->name, sizeof(cnode->name), "node-%d", node);
	install_node(cnode, NULL);
	cnode->cmd_vector = vector_init(VECTOR_MIN_SIZE);
}

static void nodes_install(void)
{
	for (int i = 0; i < NODE_COUNT; i++) {
		if (i < 2)
			snprintf(prompts[i], PROMPT_SIZE, i == 0 ? "%%s> " : "%%s# ");
		else
			snprintf(prompts[i], PROMPT_SIZE, "%%s(%s)# ",
				config_mode_prompt((enum config_mode)(i - 2)));
		node_install(&help_nodes[i], node_number(i), prompts[i]);
		node_install(&line_nodes[i], LINE_NODE_FIRST + i, prompts[i]);
		any_line[i] = (struct cmd_element){
			.string = ".LINE", .func = run_line, .doc = "a command\n"
		};
		install_element(LINE_NODE_FIRST + i, &any_line[i]);
	}
	node_install(&password_node, PASSWORD_NODE, "Password: ");
}

static const struct rule moves[] = {
	{ "exit", "one level up", NULL, 0, NULL },
	{ "end", "out of the configuration", NULL, 0, NULL },
};

static int install_moves(int index)
{
	struct installer installer = { node_number(index), &help_nodes[index], "" };
	int error = 0;

	for (size_t i = 0; error == 0 && i < sizeof(moves) / sizeof(moves[0]); i++)
		error = install(&installer, &moves[i], moves[i].syntax);
	return error;
}

int help_init(const struct grammar *user, const struct grammar *privileged)
{
	int error;

	vty_init(&app);
	nodes_install();
	error = install_grammar(LEVEL_USER, user);
	if (error == 0)
		error = install_grammar(LEVEL_PRIVILEGED, privileged);
	for (int mode = 0; error == 0 && mode < CONFIG_MODE_COUNT; mode++) {
		error = install_grammar(2 + mode, config_mode_grammar((enum config_mode)mode));
		if (error == 0)
			error = install_moves(2 + mode);
	}
	return error;
}
