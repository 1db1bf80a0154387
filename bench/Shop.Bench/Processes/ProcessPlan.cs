using System.Diagnostics;

namespace Shop.Bench.Processes;

/// <summary>A program to be started, and how to end it.</summary>
/// <param name="Cpus">The cores that it may use.</param>
/// <param name="EndSignal">Number of the signal that ends it in an orderly way.</param>
/// <param name="Account">Whom it runs as when this program is root; null for the same account.</param>
public sealed record ProcessPlan(
    string Name, string Cpus, string Program, IReadOnlyList<string> Arguments, int EndSignal = ProcessPlan.Terminate, string? Account = null)
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public string Directory { get; init; } = "/";

    /// <summary>
    /// In a session of its own, so that Ctrl-C reaches only this program, which then ends the others; and ended by the kernel
    /// when this program dies. That signal is set last, since a change of account clears it.
    /// </summary>
    public ProcessStartInfo ToStartInfo()
    {
        string[] account = Account is not null && System.Environment.IsPrivilegedProcess
            ? ["setpriv", "--reuid", Account, "--regid", Account, "--clear-groups"]
            : [];
        string[] command =
            ["taskset", "-c", Cpus, .. account, "setpriv", "--pdeathsig", EndSignal == Interrupt ? "INT" : "KILL", "--", Program, .. Arguments];
        var info = new ProcessStartInfo("setsid", command)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Directory,
        };
        // What is meant for this program's own runtime is not for others.
        foreach (var name in info.Environment.Keys.Where(IsOurs).ToList()) info.Environment.Remove(name);
        foreach (var (name, value) in Environment) info.Environment[name] = value;
        return info;
    }

    private static bool IsOurs(string name) =>
        name.StartsWith("DOTNET_SYSTEM_NET_SOCKETS", StringComparison.Ordinal) || name.StartsWith("SHOP_LOAD", StringComparison.Ordinal);
}
