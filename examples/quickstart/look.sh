#!/usr/bin/env bash
# Renders the dashboard as people see it: at 1280 and 360 pixels, and printed.
#
#	bash examples/quickstart/look.sh DASHBOARD.html FOLDER
#
# Fails when the page writes to the browser's console or is wider than the window.
set -euo pipefail
page=$(realpath "$1")
mkdir -p "$2"
folder=$(realpath "$2")
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT
browse() {
	chromium --headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
		--disable-component-update --disable-sync --hide-scrollbars --enable-logging=stderr --v=0 \
		--user-data-dir="$profile" "$@" 2>>"$folder/browser.log"
}
: >"$folder/browser.log"
browse --window-size=1280,2700 --screenshot="$folder/wide.png" "file://$page" >/dev/null
# A window is never narrower than 500 pixels, so the narrow view is a frame.
printf '<!doctype html><title>narrow</title><body style="margin:0;background:#999"><iframe src="file://%s" style="width:360px;height:5200px;border:0"></iframe>' "$page" >"$profile/narrow.html"
browse --allow-file-access-from-files --window-size=500,5200 --screenshot="$folder/narrow.png" "file://$profile/narrow.html" >/dev/null
# A script beside the frame measures whether the page fits a phone.
printf '<!doctype html><title>fit</title><iframe src="file://%s" style="width:360px;height:900px;border:0" onload="document.title=`width ${this.contentDocument.documentElement.scrollWidth}.`"></iframe>' "$page" >"$profile/fit.html"
fit=$(browse --allow-file-access-from-files --window-size=800,1000 --dump-dom "file://$profile/fit.html" | grep -o 'width [0-9]*\.' || true)
if [ "$fit" != "width 360." ]; then
	echo "look.sh: on a screen of 360 pixels the page is ${fit:-not measured}" >&2
	exit 1
fi
browse --no-pdf-header-footer --print-to-pdf="$folder/print.pdf" "file://$page" >/dev/null
if grep 'CONSOLE' "$folder/browser.log"; then
	echo "look.sh: the page writes to the console" >&2
	exit 1
fi
for picture in wide.png narrow.png print.pdf; do
	[ -s "$folder/$picture" ] || { echo "look.sh: no $picture" >&2; exit 1; }
done
echo "look.sh: no console message; pictures in $folder"
