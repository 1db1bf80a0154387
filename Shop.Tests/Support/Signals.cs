using System.Diagnostics;

namespace Shop.Tests.Support;

/// <summary>Signals that .NET does not send, by the program <c>kill</c>.</summary>
internal static class Signals
{
    /// <summary>They keep what they have, and do nothing, until they are told to continue.</summary>
    public static void Stop(params IEnumerable<int> processes) => Send("-STOP", processes);

    public static void Continue(params IEnumerable<int> processes) => Send("-CONT", processes);

    private static void Send(string signal, IEnumerable<int> processes)
    {
        using var kill = Process.Start("kill", [signal, .. processes.Select(id => $"{id}")]);
        kill.WaitForExit();
    }
}
