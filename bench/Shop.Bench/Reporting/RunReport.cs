using System.Text.Json.Serialization;
using Shop.Bench.Machines;
using Shop.Bench.Measuring;

namespace Shop.Bench.Reporting;

/// <summary>Everything that a run found, and what is needed to judge it. The JSON file is this; the page is drawn from it.</summary>
/// <param name="Complete">False when the run was ended before its time.</param>
/// <param name="Notes">What was left out and why, and what else a reader must know.</param>
public sealed record RunReport(
    string Scenario, DateTimeOffset At, double Minutes, bool Complete, RunFacts Facts, IReadOnlyList<Figure> Figures,
    IReadOnlyList<Verdict> Verdicts, IReadOnlyList<string> Notes);

/// <param name="Commit">Of the working tree that the measured programs were built from.</param>
/// <param name="Dirty">True when files differ from the commit.</param>
/// <param name="Servers">Version and settings of each server.</param>
public sealed record RunFacts(
    string CommandLine, string Commit, bool Dirty, string DotNet, MachineFacts Machine,
    IReadOnlyDictionary<string, string> Servers);

/// <summary>One thing measured, in one or more rounds.</summary>
/// <param name="What">One sentence: what one call does.</param>
/// <param name="MeasuredAt">Address and port that the load went to.</param>
/// <param name="Load">Kind of load: closed or open loop, callers, rate.</param>
/// <param name="Sampling">Share of requests that are traced.</param>
/// <param name="Pinning">Which process ran on which cores.</param>
/// <param name="Latency">Of all rounds together, in microseconds.</param>
public sealed record Figure(
    string Name, string What, string MeasuredAt, string Load, string Sampling, string Pinning, double MedianRate,
    Latency Latency, IReadOnlyList<PercentilePoint> Percentiles, IReadOnlyList<Round> Rounds)
{
    /// <summary>
    /// Answers per second of processor time of service and database: what neighbours on the machine change least. 0 when not known.
    /// </summary>
    public double PerCoreSecond
    {
        get
        {
            var cores = Rounds.Select(round => round.Cpu.GetValueOrDefault("service") + round.Cpu.GetValueOrDefault("database")).DefaultIfEmpty().Average();
            return cores > 0 ? Math.Round(Rounds.Average(round => round.Rate) / cores) : 0;
        }
    }

    [JsonIgnore]
    public long Wrong => Rounds.Sum(round => round.Wrong.Values.Sum());

    /// <summary>At most one call in a thousand was answered wrongly or dropped; else rate and latency are those of a lucky few.</summary>
    [JsonIgnore]
    public bool IsSound => (Wrong + Rounds.Sum(round => round.Dropped)) * 1000 <= Rounds.Sum(round => round.Answers) + Wrong;
}

/// <param name="Number">From 1.</param>
/// <param name="Seconds">Measured time, the warm-up not included.</param>
/// <param name="Answers">With the expected status.</param>
/// <param name="Rate">Answers per second.</param>
/// <param name="Dropped">Arrivals of an open loop that found no place.</param>
/// <param name="Wrong">Everything but the expected status, by status or reason.</param>
/// <param name="LoaderLateP99">How late the loader began the calls of an open loop, in microseconds; null in a closed one.</param>
/// <param name="Cpu">Cores used on average, by role: 1 is one core all the time.</param>
public sealed record Round(
    int Number, double WarmUpSeconds, double Seconds, long Answers, double Rate, long Dropped, IReadOnlyDictionary<string, long> Wrong,
    Latency Latency, double? LoaderLateP99, IReadOnlyDictionary<string, double> Cpu, IReadOnlyList<SecondSample> Samples);

/// <summary>A figure against a bound, or against another figure of the same run.</summary>
/// <param name="How">How the value comes about.</param>
/// <param name="Bound">Null when it is told for information only.</param>
/// <param name="AtLeast">Whether the bound is to be reached, else not to be exceeded.</param>
/// <param name="IsSound">False when a figure that it rests on is not (<see cref="Figure.IsSound"/>).</param>
public sealed record Verdict(string Name, string How, double Value, string Unit, double? Bound, bool AtLeast, bool IsSound)
{
    /// <summary>Null without a bound; never true when the figures are not sound.</summary>
    public bool? Met => Bound is not { } bound ? null : IsSound && (AtLeast ? Value >= bound : Value <= bound);

    /// <summary>Of the median rates of two figures; null when either was not measured.</summary>
    public static Verdict? Ratio(string name, IReadOnlyList<Figure> figures, string of, string against, double? bound)
    {
        var (one, other) = (figures.FirstOrDefault(f => f.Name == of), figures.FirstOrDefault(f => f.Name == against));
        if (one is null || other is null || other.MedianRate == 0) return null;
        return new Verdict(name, $"{of} / {against}", Math.Round(one.MedianRate / other.MedianRate, 2), "x", bound, AtLeast: true, one.IsSound && other.IsSound);
    }
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RunReport))]
public sealed partial class ReportJson : JsonSerializerContext;
