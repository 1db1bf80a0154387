using System.Diagnostics;
using System.Net.Sockets;

namespace Shop.StandIns.Tests.Support;

/// <summary>A server of the test's own, which ends with it.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process) => _process = process;

    /// <summary>Servers refuse to run as root; then they run as the account that their package made.</summary>
    public static ServerProcess Start(string account, string file, string[] arguments, IDictionary<string, string>? environment = null)
    {
        var start = Prepare(account, file, arguments);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new ServerProcess(process);
    }

    public static async Task RunAsync(string account, string file, string[] arguments, IDictionary<string, string>? environment = null)
    {
        await using var run = Start(account, file, arguments, environment);
        await run._process.WaitForExitAsync();
        Assert.True(run._process.ExitCode == 0, $"{file} ended with {run._process.ExitCode}");
    }

    /// <summary>A folder that the account of the server may write to.</summary>
    public static DirectoryInfo Folder(string account)
    {
        var folder = Directory.CreateTempSubdirectory("shop-standins-");
        if (Environment.IsPrivilegedProcess)
            using (var chown = Process.Start("chown", [account, folder.FullName]))
                chown.WaitForExit();
        return folder;
    }

    public static async Task<bool> ListensAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static ProcessStartInfo Prepare(string account, string file, string[] arguments) =>
        new(
            Environment.IsPrivilegedProcess ? "setpriv" : file,
            Environment.IsPrivilegedProcess
                ? ["--reuid", account, "--regid", account, "--clear-groups", file, .. arguments]
                : arguments)
        {
            WorkingDirectory = "/",
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
}
