// Package signal asks what a coach may act on.
//
// It takes figures from the exports that a host has and turns them into a short,
// readable view of one leader's team, or into the list of reasons why there is
// none yet. The path is one way:
//
//   - a [Definition] says what a signal is, and a [Checklist] that five
//     questions about it were answered;
//   - [ReadViva], [ReadSurvey] and [ReadLong] read files into a [Panel], and turn
//     people into pseudonyms at the door;
//   - [Check] counts what is wrong with the data, and [Gate] says whether the
//     feed is fresh;
//   - [Evaluate] computes a [Series] per leader over teams of at least
//     [MinGroup] people;
//   - [BaselinesOf] takes level and spread from six to eight weeks, and
//     [StabilityOf] measures how much of the signal is noise;
//   - [Detect] raises flags, and a [StewardLog] holds what a steward decided
//     about each;
//   - [NewPack] puts two to four signals together for one outcome, and
//     [Pack.CoachView] shows them to a coach, or says why not;
//   - [WriteCSV] exports series with a [Manifest], and [ReadCSV] takes them back.
//
// As an example: the six people of a team spend between 9.4 and 10.2 hours a
// week in meetings, eight weeks long. The level is the median, 9.9 hours, and
// with what the other leaders' teams say about spread the limits for a new week
// are 9.0 and 10.7. The week of a release comes out at 18.1 hours, so it is
// flagged, and the leader's pack cannot be read until a steward has looked. The
// steward explains it. The coach then reads the level, the change since, and
// beside it the smallest change that is more than noise.
//
// Missing is never zero, small groups are never shown, nothing is imputed or
// clipped, and the same inputs give the same bytes. No message names a person, or
// quotes a cell of a file other than a date.
package signal
