#!/usr/bin/env bash
# Renders the dashboard as people see it: at 1280 and 360 pixels, and printed.
#
#	bash examples/quickstart/look.sh DASHBOARD.html FOLDER
#
# Fails when the page writes to the browser's console, is wider than the screen, or
# does not print on one sheet.
set -euo pipefail
page=$(realpath "$1")
mkdir -p "$2"
folder=$(realpath "$2")
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT
fail() { echo "look.sh: $*" >&2; exit 1; }
browse() {
	chromium --headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
		--disable-component-update --disable-sync --hide-scrollbars --allow-file-access-from-files --enable-logging=stderr --v=0 \
		--user-data-dir="$profile" "$@" 2>>"$folder/browser.log"
}
# measure WIDTH prints the height of the page on a screen of that width.
measure() {
	local size
	printf '<!doctype html><title>-</title><iframe src="file://%s" style="width:%spx;height:900px;border:0" onload="const d = this.contentDocument.documentElement; document.title=`size ${d.scrollWidth} ${d.scrollHeight}.`"></iframe>' "$page" "$1" >"$profile/measure.html"
	size=$(browse --window-size=1400,1000 --dump-dom "file://$profile/measure.html" | grep -o 'size [0-9]* [0-9]*\.' || true)
	read -r _ width height <<<"${size%.}"
	[ "${width:-0}" = "$1" ] || fail "on a screen of $1 pixels the page is ${width:-not measured} wide"
	echo "$height"
}
: >"$folder/browser.log"
tall=$(measure 1280)
long=$(measure 360)
browse --window-size=1280,"$tall" --screenshot="$folder/wide.png" "file://$page" >/dev/null
# A window is never narrower than 500 pixels, so the narrow view is a frame.
printf '<!doctype html><title>narrow</title><body style="margin:0;background:#999"><iframe src="file://%s" style="width:360px;height:%spx;border:0;display:block;margin:0 auto"></iframe>' "$page" "$long" >"$profile/narrow.html"
browse --window-size=500,"$long" --screenshot="$folder/narrow.png" "file://$profile/narrow.html" >/dev/null
browse --no-pdf-header-footer --print-to-pdf="$folder/print.pdf" "file://$page" >/dev/null
for picture in wide.png narrow.png print.pdf; do
	[ -s "$folder/$picture" ] || fail "no $picture"
done
pages=$(grep -a -c '/Type */Page\b' "$folder/print.pdf" || true)
[ "$pages" = 1 ] || fail "the page prints on $pages sheets"
grep 'CONSOLE' "$folder/browser.log" && fail "the page writes to the console"
echo "look.sh: no console message, fits 360 pixels (1280 x $tall, 360 x $long) and one sheet; pictures in $folder"
