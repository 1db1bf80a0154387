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

        var run = new ScenarioRun("http", options, time, console);
        var facts = await Facts.ReadAsync(commandLine, options.DataFolder, new Dictionary<string, string>(), cancellationToken);
        var server = new IPEndPoint((await Dns.GetHostAddressesAsync(address.Host, cancellationToken))[0], address.Port);
        var requests = new FixedRequests([RequestBytes.Of(method, address, "application/json", Encoding.UTF8.GetBytes(body))]);
        var plan = new PhasePlan(server, requests, status, options.Callers, options.Arrivals, options.Waiting, options.Limits, options.Digits);
        var figure = new FigureFacts(
            $"{method} {address.PathAndQuery}", "The address given.", address.GetLeftPart(UriPartial.Authority), plan.Describe(),
            "as the service was started", $"loader on {CpuPins.OfThisProcess()}, service as it was started");
        var phase = new HttpPhase(time, new Progress(console, time), random);
        var roles = new Dictionary<string, int> { ["loader"] = Environment.ProcessId };
        var step = new Step(figure, (round, token) => phase.RunAsync(round, plan, new CpuMeter(roles, time), token));
        await run.MeasureAsync([step], [], cancellationToken);
        await run.ReportAsync(facts, _ => [], cancellationToken);
    }
}
