// Package signal asks what a coach may act on.
//
// It takes figures from the exports that a host has and turns them into a short,
// readable view of one leader's team, or into the list of reasons why there is
// none yet. The path is one way:
//
//   - a [Definition] says what a signal is, what it is made of and what it cannot
//     see; [FromCatalogue] has some to start from, [ParseDefinitions] reads a
//     programme's own, and a [Checklist] says that five questions about it were
//     answered;
//   - [ReadViva], [ReadSurvey] and [ReadLong] read files into a [Panel], and turn
//     people into pseudonyms at the door; [ReadVivaGroup], [ReadVivaMeetings],
//     [ReadSlack] and [ReadJira] read exports whose rows are not yet figures, and
//     [ReadMapped] what has no public format, by a [Mapping];
//   - [Check] counts what is wrong with the data, [Gate] says whether the feed is
//     fresh, and [Restatements] and [AffectedBy] which weeks came late or changed,
//     and what rested on them;
//   - [Evaluate] computes a [Series] per leader over teams of at least
//     [MinGroup] people;
//   - [BaselinesOf] takes level and spread from six to eight weeks, and
//     [StabilityOf] measures how much of the signal is noise;
//     [Baselines.Normalise] reads figures against the leader's own baseline,
//     [Baselines.Shift] tests a change of level, and [Baseline.XmR] and
//     [Baselines.Cusum] are for display and raise no flag;
//   - [Detect] raises flags, and a [StewardLog] holds what a steward decided
//     about each;
//   - [NewPack] puts two to four signals and what people said together for one
//     outcome, and [Pack.CoachView] shows them to a coach, or says why not;
//     [NewLeaderView] shows leaders what is held about them and how to appeal, and
//     [NewSnapshot] says twice a week how much is new;
//   - [NewRelease] shows a signal by group and hides every cell that is too small,
//     and as many more as it takes so that none can be worked out;
//     [Release.Audit] tries to, as a reader would, and a [Ledger] remembers what
//     was shown, so that two releases do not differ by one person;
//   - [WriteCSV] and [Release.WriteCSV] export with a [Manifest], [ReadCSV] and
//     [ReadRelease] take it back; [UtilityOf] says what anonymisation left of a
//     signal, and [EvidenceOf] what a validation pass needs to know of its quality.
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
