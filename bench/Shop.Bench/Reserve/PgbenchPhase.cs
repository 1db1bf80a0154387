using System.Globalization;
using Shop.Bench.Commands;
using Shop.Bench.Load;
using Shop.Bench.Machines;
using Shop.Bench.Measuring;
using Shop.Bench.Processes;
using Shop.Bench.Reporting;
using Shop.Bench.Servers;

namespace Shop.Bench.Reserve;

/// <summary>What a script of pgbench is given.</summary>
/// <param name="Script">Name of the embedded file.</param>
public sealed record PgbenchPlan(string Script, string Database, int Clients, IReadOnlyDictionary<string, long> Variables);

/// <summary>
/// Rounds of <c>pgbench -M prepared</c>, one thread on the loader's cores. Its log of all transactions is read into the same
/// figures as HTTP load has.
/// </summary>
public sealed class PgbenchPhase(LoadBed bed, LoadOptions options, TimeProvider time)
{
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(30);

    public async Task<RoundOutcome> RunAsync(int number, PgbenchPlan plan, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("shop-load-pgbench-");
        try
        {
            var script = Path.Combine(folder.FullName, plan.Script);
            await File.WriteAllTextAsync(script, Resources.Text(plan.Script), cancellationToken);
            await using var process = await OwnProcess.StartAsync(bed.Spawner, Process(plan, script, folder.FullName));
            var meter = new CpuMeter(new Dictionary<string, int> { ["database"] = bed.Postgres.ProcessId, ["loader"] = process.Id }, time);
            var cpu = await MeterAsync(process, meter, cancellationToken);
            if (process.HasEnded && await process.EndedAsync(CancellationToken.None) is var code and not 0 && !cancellationToken.IsCancellationRequested)
                throw new RunException($"pgbench ended with code {code}.\n{process.Tail()}");
            await process.DisposeAsync();
            return Read(number, folder.FullName, cpu);
        }
        catch (OperationCanceledException)
        {
            return Read(number, folder.FullName, new Dictionary<string, double>());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private ProcessPlan Process(PgbenchPlan plan, string script, string folder) => new(
        "pgbench", options.Pins.Loader, Postgres.Programs + "/pgbench",
        [
            "-n", "-M", "prepared", "-f", script, "-c", Text(plan.Clients), "-j", "1", "-h", "127.0.0.1", "-p", Text(bed.Postgres.Port),
            "-U", "postgres", "-T", Text((long)Math.Ceiling((options.Limits.WarmUp + options.Limits.Length).TotalSeconds)),
            "-l", "--log-prefix", Path.Combine(folder, "transactions"),
            .. plan.Variables.SelectMany(variable => new[] { "-D", $"{variable.Key}={Text(variable.Value)}" }), plan.Database,
        ])
    {
        Directory = folder,
    };

    private async Task<IReadOnlyDictionary<string, double>> MeterAsync(OwnProcess process, CpuMeter meter, CancellationToken cancellationToken)
    {
        await Task.Delay(options.Limits.WarmUp, time, cancellationToken);
        meter.Start();
        await Task.Delay(options.Limits.Length * 0.95, time, cancellationToken);
        var cpu = meter.Stop();
        await process.EndedAsync(cancellationToken).WaitAsync(Slack, time, cancellationToken);
        return cpu;
    }

    /// <summary>Lines of the log: client, transaction, microseconds, script, second and microsecond of the end.</summary>
    private RoundOutcome Read(int number, string folder, IReadOnlyDictionary<string, double> cpu)
    {
        var transactions = Directory.EnumerateFiles(folder, "transactions*").SelectMany(File.ReadLines)
            .Select(line => line.Split(' ')).Where(fields => fields.Length >= 6)
            .Select(fields => (Microseconds: Number(fields[2]), End: (Number(fields[4]) * 1_000_000) + Number(fields[5]))).ToList();
        var clock = new LogClock();
        if (transactions.Count > 0) clock.Now = transactions.Min(transaction => transaction.End - transaction.Microseconds);
        var from = clock.Now + (long)options.Limits.WarmUp.TotalMicroseconds;
        var window = new Window(from, from + (long)options.Limits.Length.TotalMicroseconds, ByStart: false);
        var recorder = new Recorder(clock, window, expectedStatus: 0, options.Digits);
        foreach (var transaction in transactions.OrderBy(transaction => transaction.End))
        {
            clock.Now = transaction.End;
            recorder.Answered(status: 0, transaction.End - transaction.Microseconds);
        }
        var seconds = Math.Max(0, Math.Min(clock.Now, window.To) - from) / 1e6;
        clock.Now = Math.Max(clock.Now, window.To);
        _ = recorder.Latest();
        var round = new Round(
            number, options.Limits.WarmUp.TotalSeconds, Math.Round(seconds, 3), recorder.Answers,
            seconds > 0 ? Math.Round(recorder.Answers / seconds, 1) : 0, 0, recorder.Wrong, Latency.Of(recorder.Histogram), null, cpu, recorder.Seconds);
        return new RoundOutcome(round, recorder.Histogram);
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Stands where the log is being read, in microseconds.</summary>
    private sealed class LogClock : TimeProvider
    {
        public long Now { get; set; }

        public override long TimestampFrequency => 1_000_000;

        public override long GetTimestamp() => Now;
    }
}
