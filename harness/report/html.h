/* SPDX-License-Identifier: Apache-2.0
 *
 * What report/html.c puts into each file as it is. Within this room only. */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

/* The style sheet, and the script that filters the list of results: without it everything is
 * there, but for the filter. Neither holds a character that XML would take for markup. */
extern const char report_html_style[], report_html_script[];

/* What a browser lets in (Content Security Policy 3, section 8.4): SHA-256 of the two, in base64.
 * The test prints the right ones. */
#define REPORT_HTML_STYLE_HASH  "sha256-03jSBmehp2n7z72CX7x0F3s9tX0mEI+ilKl7oTyfcQg="
#define REPORT_HTML_SCRIPT_HASH "sha256-fsi4zWFVJJSqGLn5CUFdocEOhre9pok9Ze06f4fl/tY="

#endif
