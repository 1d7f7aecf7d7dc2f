// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The plot of a run: rates over time above, percentiles of latencies below.
#include <math.h>

#include "bench/load/report.h"

enum {
	WIDTH = 960,
	HEIGHT = 640,
	LEFT = 80,
	RIGHT = 200, // of the legend
	PANEL = 240,
	TOP = 50,
	BELOW = 350, // top of the second panel
	TICKS = 5,
};

static const char *const colours[] = { "#1b6ca8", "#d1495b", "#3a7d44", "#8f5aa8", "#c98a00",
	"#4d4d4d", "#00838f", "#ad5d00" };

enum { COLOURS = sizeof(colours) / sizeof(colours[0]) };

struct panel {
	FILE *out;
	double top;
	double end_s;
	double low; // of the axis; logarithms on a logarithmic one
	double high;
	bool logarithmic;
	unsigned lines; // so far
};

static double x_of(const struct panel *panel, double s)
{
	return LEFT + (WIDTH - LEFT - RIGHT) * s / panel->end_s;
}

static double y_of(const struct panel *panel, double value)
{
	double at = panel->logarithmic ? log10(value < 0.1 ? 0.1 : value) : value;

	return panel->top + PANEL - PANEL * (at - panel->low) / (panel->high - panel->low);
}

// 1, 2 or 5 times a power of ten, at least `value`.
static double round_up(double value)
{
	double ten = pow(10, floor(log10(value)));

	if (value <= ten)
		return ten;
	if (value <= 2 * ten)
		return 2 * ten;
	return value <= 5 * ten ? 5 * ten : 10 * ten;
}

static void axis_mark(const struct panel *panel, double value)
{
	double y = y_of(panel, value);

	fprintf(panel->out,
		"<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#dddddd\"/>"
		"<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.6g</text>\n",
		LEFT, WIDTH - RIGHT, y, y, LEFT - 6, y + 4, value);
}

static void panel_begin(struct panel *panel, const char *title)
{
	fprintf(panel->out, "<text x=\"%d\" y=\"%.1f\" font-weight=\"bold\">%s</text>\n", LEFT,
		panel->top - 10, title);
	if (panel->logarithmic) {
		for (double at = panel->low; at <= panel->high; at++)
			axis_mark(panel, pow(10, at));
	} else {
		for (int i = 0; i <= TICKS; i++)
			axis_mark(panel, panel->high * i / TICKS);
	}
	for (int i = 0; i <= TICKS; i++)
		fprintf(panel->out,
			"<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%.4g s</text>\n",
			x_of(panel, panel->end_s * i / TICKS), panel->top + PANEL + 16,
			panel->end_s * i / TICKS);
}

// values: the first of the samples', `stride` bytes apart.
static void line_draw(struct panel *panel, const struct report *report, const double *values,
	const char *what, const char *detail)
{
	const char *colour = colours[panel->lines % COLOURS];
	const size_t stride = sizeof(struct report_sample) / sizeof(double);
	double y = panel->top + 12 + 18.0 * panel->lines++;

	fprintf(panel->out, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\" points=\"",
		colour);
	for (unsigned i = 0; i < report->nsamples; i++)
		fprintf(panel->out, "%.1f,%.1f ", x_of(panel, report->samples[i].at_s),
			y_of(panel, values[i * stride]));
	fprintf(panel->out,
		"\"/>\n<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" "
		"stroke-width=\"3\"/><text x=\"%d\" y=\"%.1f\">%s%s</text>\n",
		WIDTH - RIGHT + 12, WIDTH - RIGHT + 30, y - 4, y - 4, colour, WIDTH - RIGHT + 36, y,
		what, detail);
}

static bool is_zero(const struct report *report, const double *values)
{
	const size_t stride = sizeof(struct report_sample) / sizeof(double);

	for (unsigned i = 0; i < report->nsamples; i++) {
		if (values[i * stride] > 0)
			return false;
	}
	return true;
}

static void rates_draw(struct panel *panel, const struct report *report)
{
	double most = 1;

	for (unsigned i = 0; i < report->nsamples; i++) {
		for (unsigned rate = 0; rate < REPORT_NRATES; rate++)
			most = fmax(most, report->samples[i].per_s[rate]);
	}
	panel->low = 0;
	panel->high = round_up(most);
	panel_begin(panel, "a second");
	for (unsigned rate = 0; rate < REPORT_NRATES; rate++) {
		const double *values = &report->samples[0].per_s[rate];

		if (!is_zero(report, values))
			line_draw(panel, report, values, report_rate_text((enum report_rate)rate),
				"");
	}
}

static void latencies_draw(struct panel *panel, const struct report *report)
{
	static const char *const names[REPORT_NLATENCIES] = { "event ", "answer " };
	double most = 10;

	for (unsigned i = 0; i < report->nsamples; i++) {
		for (unsigned latency = 0; latency < REPORT_NLATENCIES; latency++)
			most = fmax(most, report->samples[i].us[latency][REPORT_MAX]);
	}
	panel->logarithmic = true;
	panel->low = 0;
	panel->high = ceil(log10(most));
	panel_begin(panel, "latency, microseconds");
	for (unsigned latency = 0; latency < REPORT_NLATENCIES; latency++) {
		if (is_zero(report, &report->samples[0].us[latency][REPORT_P50]))
			continue;
		for (unsigned part = 0; part < REPORT_NPARTS; part++)
			line_draw(panel, report, &report->samples[0].us[latency][part],
				names[latency], report_part_text((enum report_part)part));
	}
}

void report_svg(const struct report *report, FILE *out)
{
	unsigned n = report->nsamples;
	struct panel rates = {
		.out = out, .top = TOP, .end_s = n == 0 ? 1 : report->samples[n - 1].at_s
	};
	struct panel latencies = { .out = out, .top = BELOW, .end_s = rates.end_s };

	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		"font-family=\"sans-serif\" font-size=\"12\">\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
		"<text x=\"%d\" y=\"20\" font-size=\"15\">%s</text>\n",
		WIDTH, HEIGHT, LEFT, report->title);
	rates_draw(&rates, report);
	latencies_draw(&latencies, report);
	fprintf(out, "</svg>\n");
}
