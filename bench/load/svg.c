// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The plot of a run: rates over time, percentiles of latencies over time, and below how all of the
// latencies are distributed.
#include <math.h>

#include "bench/load/report.h"

enum {
	WIDTH = 960,
	HEIGHT = 940,
	LEFT = 80,
	RIGHT = 200, // of the legend
	PANEL = 240,
	TOP = 50,
	BELOW = 350,  // top of the second panel
	BOTTOM = 650, // and of the third
	TICKS = 5,
	DECADES = 9, // of microseconds, from 0.1 on
	BINS = 20,   // of a decade
};

#define FIRST_DECADE (-1)

static const char *const colours[] = { "#1b6ca8", "#d1495b", "#3a7d44", "#8f5aa8", "#c98a00",
	"#4d4d4d", "#00838f", "#ad5d00" };

enum { COLOURS = sizeof(colours) / sizeof(colours[0]) };

struct panel {
	FILE *out;
	double top;
	double left; // of the axis that goes right: seconds, or logarithms of microseconds
	double right;
	double low; // of the axis; logarithms on a logarithmic one
	double high;
	bool logarithmic;
	unsigned lines; // so far
};

static double x_of(const struct panel *panel, double at)
{
	return LEFT + (WIDTH - LEFT - RIGHT) * (at - panel->left) / (panel->right - panel->left);
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
}

static void x_mark(const struct panel *panel, double at, double value, const char *unit)
{
	fprintf(panel->out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%.4g %s</text>\n",
		x_of(panel, at), panel->top + PANEL + 16, value, unit);
}

static void time_marks(const struct panel *panel)
{
	for (int i = 0; i <= TICKS; i++)
		x_mark(panel, panel->right * i / TICKS, panel->right * i / TICKS, "s");
}

// The line's colour, and what it stands for beside it.
static const char *line_name(struct panel *panel, const char *what, const char *detail)
{
	const char *colour = colours[panel->lines % COLOURS];
	double y = panel->top + 12 + 18.0 * panel->lines++;

	fprintf(panel->out,
		"<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" "
		"stroke-width=\"3\"/><text x=\"%d\" y=\"%.1f\">%s%s</text>\n",
		WIDTH - RIGHT + 12, WIDTH - RIGHT + 30, y - 4, y - 4, colour, WIDTH - RIGHT + 36, y,
		what, detail);
	return colour;
}

static void line_begin(const struct panel *panel, const char *colour)
{
	fprintf(panel->out, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\" points=\"",
		colour);
}

static void line_to(const struct panel *panel, double at, double value)
{
	fprintf(panel->out, "%.1f,%.1f ", x_of(panel, at), y_of(panel, value));
}

static void line_end(const struct panel *panel)
{
	fprintf(panel->out, "\"/>\n");
}

// values: the first of the samples', `stride` bytes apart.
static void line_draw(struct panel *panel, const struct report *report, const double *values,
	const char *what, const char *detail)
{
	const size_t stride = sizeof(struct report_sample) / sizeof(double);

	line_begin(panel, line_name(panel, what, detail));
	for (unsigned i = 0; i < report->nsamples; i++)
		line_to(panel, report->samples[i].at_s, values[i * stride]);
	line_end(panel);
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
	time_marks(panel);
	for (unsigned rate = 0; rate < REPORT_NRATES; rate++) {
		const double *values = &report->samples[0].per_s[rate];

		if (!is_zero(report, values))
			line_draw(panel, report, values, report_rate_text((enum report_rate)rate),
				"");
	}
}

static const char *const latency_names[REPORT_NLATENCIES] = { "event ", "answer " };

static void latencies_draw(struct panel *panel, const struct report *report)
{
	double most = 10;

	for (unsigned i = 0; i < report->nsamples; i++) {
		for (unsigned latency = 0; latency < REPORT_NLATENCIES; latency++)
			most = fmax(most, report->samples[i].us[latency][REPORT_MAX]);
	}
	panel->logarithmic = true;
	panel->low = 0;
	panel->high = ceil(log10(most));
	panel_begin(panel, "latency, microseconds");
	time_marks(panel);
	for (unsigned latency = 0; latency < REPORT_NLATENCIES; latency++) {
		if (is_zero(report, &report->samples[0].us[latency][REPORT_P50]))
			continue;
		for (unsigned part = 0; part < REPORT_NPARTS; part++)
			line_draw(panel, report, &report->samples[0].us[latency][part],
				latency_names[latency], report_part_text((enum report_part)part));
	}
}

// --- how they are distributed
// ---------------------------------------------------------------------------------------

struct bins {
	double per_cent[DECADES * BINS]; // of all values, in each
	unsigned first;                  // that holds something
	unsigned last;
};

static unsigned bin_of(uint64_t ns)
{
	double at = (log10((double)(ns > 0 ? ns : 1) / 1e3) - FIRST_DECADE) * BINS;

	if (at < 0)
		return 0;
	return at < DECADES * BINS ? (unsigned)at : DECADES * BINS - 1;
}

// False: there are no values.
static bool bins_fill(struct bins *bins, const struct hist *hist)
{
	uint64_t top_ns, count;
	unsigned cursor = 0;

	*bins = (struct bins){ .first = DECADES * BINS };
	while (hist_next(hist, &cursor, &top_ns, &count)) {
		unsigned bin = bin_of(top_ns);

		bins->per_cent[bin] += 100.0 * (double)count / (double)hist->count;
		bins->first = bin < bins->first ? bin : bins->first;
		bins->last = bin > bins->last ? bin : bins->last;
	}
	return bins->first < DECADES * BINS;
}

// Whole decades, in which all values lie.
static void histogram_begin(struct panel *panel, const struct bins *bins, const bool *filled)
{
	unsigned first = DECADES * BINS, last = 0;
	double most = 1;

	for (unsigned i = 0; i < REPORT_NLATENCIES; i++) {
		if (!filled[i])
			continue;
		first = bins[i].first < first ? bins[i].first : first;
		last = bins[i].last > last ? bins[i].last : last;
		for (unsigned bin = bins[i].first; bin <= bins[i].last; bin++)
			most = fmax(most, bins[i].per_cent[bin]);
	}
	panel->left = FIRST_DECADE + floor((double)first / BINS);
	panel->right = FIRST_DECADE + floor((double)last / BINS) + 1;
	panel->high = round_up(most);
	panel_begin(panel, "latency histogram, per cent");
	for (double at = panel->left; at <= panel->right; at++)
		x_mark(panel, at, pow(10, at), "us");
}

static void bins_draw(struct panel *panel, const struct bins *bins, const char *name)
{
	const double first = FIRST_DECADE + (double)bins->first / BINS;
	const double last = FIRST_DECADE + (double)(bins->last + 1) / BINS;

	line_begin(panel, line_name(panel, name, ""));
	line_to(panel, first, 0);
	for (unsigned bin = bins->first; bin <= bins->last; bin++) {
		double at = FIRST_DECADE + (double)bin / BINS;

		line_to(panel, at, bins->per_cent[bin]);
		line_to(panel, at + 1.0 / BINS, bins->per_cent[bin]);
	}
	line_to(panel, last, 0);
	line_end(panel);
}

static void histogram_draw(struct panel *panel, const struct report *report)
{
	static struct bins bins[REPORT_NLATENCIES];
	bool filled[REPORT_NLATENCIES], any = false;

	for (unsigned i = 0; i < REPORT_NLATENCIES; i++) {
		filled[i] = bins_fill(&bins[i], report_hist(report, (enum report_latency)i));
		any |= filled[i];
	}
	if (!any)
		return;
	histogram_begin(panel, bins, filled);
	for (unsigned i = 0; i < REPORT_NLATENCIES; i++) {
		if (filled[i])
			bins_draw(panel, &bins[i], latency_names[i]);
	}
}

void report_svg(const struct report *report, FILE *out)
{
	unsigned n = report->nsamples;
	struct panel rates = {
		.out = out, .top = TOP, .right = n == 0 ? 1 : report->samples[n - 1].at_s
	};
	struct panel latencies = { .out = out, .top = BELOW, .right = rates.right };
	struct panel histogram = { .out = out, .top = BOTTOM };

	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		"font-family=\"sans-serif\" font-size=\"12\">\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
		"<text x=\"%d\" y=\"20\" font-size=\"15\">%s</text>\n",
		WIDTH, HEIGHT, LEFT, report->title);
	rates_draw(&rates, report);
	latencies_draw(&latencies, report);
	histogram_draw(&histogram, report);
	fprintf(out, "</svg>\n");
}
