using System.ComponentModel;
using System.Runtime.InteropServices;
using Shop.Bench.Processes;
using Shop.Bench.Reporting;

namespace Shop.Bench.Machines;

/// <summary>What must be known of a run to judge its figures.</summary>
internal static class Facts
{
    private const string Unknown = "unknown";
    private const string CommandVariable = "SHOP_LOAD_COMMAND";

    public static async Task<RunFacts> ReadAsync(
        string[] arguments, string dataDirectory, IReadOnlyDictionary<string, string> servers, CancellationToken cancellationToken)
    {
        var commit = await OutputAsync(["rev-parse", "--short=12", "HEAD"], cancellationToken);
        var changes = await OutputAsync(["status", "--porcelain"], cancellationToken);
        var command = Environment.GetEnvironmentVariable(CommandVariable) ?? "Shop.Bench";
        return new RunFacts(
            $"{command} {string.Join(' ', arguments)}", commit, changes.Length > 0, RuntimeInformation.FrameworkDescription,
            MachineFacts.Read(dataDirectory), servers);
    }

    private static async Task<string> OutputAsync(string[] git, CancellationToken cancellationToken)
    {
        try
        {
            var result = await Command.RunAsync("git", ["-C", AppContext.BaseDirectory, .. git], TimeSpan.FromSeconds(10), cancellationToken);
            return result.ExitCode == 0 ? result.Output.Trim() : Unknown;
        }
        catch (Win32Exception)
        {
            return Unknown; // No git here.
        }
    }
}
