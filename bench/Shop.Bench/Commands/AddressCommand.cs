using System.Net;
using System.Text;
using Shop.Bench.Load;
using Shop.Bench.Machines;
using Shop.Bench.Reporting;

namespace Shop.Bench.Commands;

/// <summary><c>http</c>: load on an address that something else serves.</summary>
public sealed class AddressCommand(TimeProvider time, TextWriter console, Random random)
{
    public async Task RunAsync(string[] commandLine, Arguments arguments, CancellationToken cancellationToken)
    {
        var options = LoadOptions.Parse(arguments, "http", time);
        var address = Uri.TryCreate(arguments.Text("url", ""), UriKind.Absolute, out var given) && given.Scheme == "http"
            ? given
            : throw new UsageException("--url: an address that begins with http:// is needed");
        var (method, body) = (arguments.Text("method", "GET"), arguments.Text("body", ""));
        var status = arguments.Whole("status", 200, 100, 599);
        arguments.RefuseOthers();

        var started = time.GetTimestamp();
        var at = time.GetUtcNow();
        var facts = await Facts.ReadAsync(commandLine, options.DataFolder, new Dictionary<string, string>(), cancellationToken);
        var server = new IPEndPoint((await Dns.GetHostAddressesAsync(address.Host, cancellationToken))[0], address.Port);
        var requests = new FixedRequests([RequestBytes.Of(method, address, "application/json", Encoding.UTF8.GetBytes(body))]);
        var plan = new PhasePlan(server, requests, status, options.Callers, options.Arrivals, options.Waiting, options.Limits, options.Digits);
        var log = new FigureLog();
        var figure = new FigureFacts(
            $"{method} {address.PathAndQuery}", "The address given.", address.GetLeftPart(UriPartial.Authority), plan.Describe(),
            "as the service was started", $"loader on {CpuPins.OfThisProcess()}, service as it was started");
        var phase = new HttpPhase(time, new Progress(console, time), random);
        for (var round = 1; round <= options.Rounds && !cancellationToken.IsCancellationRequested; round++)
        {
            await console.WriteLineAsync($"==> {figure.Name}, round {round} of {options.Rounds}");
            var meter = new CpuMeter(new Dictionary<string, int> { ["loader"] = Environment.ProcessId }, time);
            log.Add(figure, await phase.RunAsync(round, plan, meter, cancellationToken));
        }
        var report = new RunReport(
            "http", at, Math.Round(time.GetElapsedTime(started).TotalMinutes, 1), !cancellationToken.IsCancellationRequested, facts,
            log.Figures(), [], []);
        await ReportFiles.WriteAsync(report, options.Folder, console, CancellationToken.None);
    }
}
