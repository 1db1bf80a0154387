using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;

namespace Aspire.Hosting.Dcp;

/// <summary>
/// DCP itself. It runs detached, so that it outlives a killed AppHost by the second that it takes to see that and to stop everything.
/// </summary>
internal sealed partial class DcpProcess(SessionFolder session, TimeProvider time)
{
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(20);

    /// <summary>Variables that are about the AppHost and must not reach the services.</summary>
    private static readonly string[] s_private =
        ["ASPNETCORE_URLS", "DOTNET_LAUNCH_PROFILE", "ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT", "ASPIRE_LOGLEVEL"];

    internal async Task<DcpClient> StartAsync(string dcp, CancellationToken cancellationToken)
    {
        var kubeconfig = Path.Combine(session.Dcp, "kubeconfig");
        await LaunchAsync(dcp, kubeconfig, cancellationToken);
        using var limit = new CancellationTokenSource(s_startLimit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            while (!File.Exists(kubeconfig)) await Task.Delay(TimeSpan.FromMilliseconds(10), time, both.Token);
            var client = new DcpClient(Parse(await File.ReadAllTextAsync(kubeconfig, both.Token)));
            while (!await client.IsReadyAsync(both.Token)) await Task.Delay(TimeSpan.FromMilliseconds(20), time, both.Token);
            return client;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new DistributedApplicationException($"DCP ({dcp}) did not answer within {s_startLimit.TotalSeconds:0} s.");
        }
    }

    /// <summary>Waits until DCP has gone, which is when it has deleted its folder.</summary>
    internal async Task WaitForEndAsync(CancellationToken cancellationToken)
    {
        while (Directory.Exists(session.Dcp)) await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellationToken);
    }

    private async Task LaunchAsync(string dcp, string kubeconfig, CancellationToken cancellationToken)
    {
        var (certificate, key) = WriteCertificate();
        var start = new ProcessStartInfo(dcp)
        {
            ArgumentList =
            {
                "start-apiserver", "--monitor", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), "--monitor-interval", "1",
                "--detach", "--kubeconfig", kubeconfig, "--tls-cert-file", certificate, "--tls-key-file", key,
            },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in s_private) start.Environment.Remove(name);
        start.Environment["DCP_SESSION_FOLDER"] = session.Dcp;
        start.Environment["DCP_STATE_STORE_PATH"] = Path.Combine(session.State, "state.sqlite3");

        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode == 0) return;
        var reason = await process.StandardError.ReadToEndAsync(cancellationToken);
        throw new DistributedApplicationException($"DCP ({dcp}) ended with code {process.ExitCode}: {reason.ReplaceLineEndings(" ")}");
    }

    /// <summary>With a certificate of ours DCP starts in 0.2 s; its own RSA keys take up to 4.6 s.</summary>
    private (string Certificate, string Key) WriteCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=shop-apphost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = time.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddYears(1));
        return (Write("tls.crt", certificate.ExportCertificatePem()), Write("tls.key", key.ExportPkcs8PrivateKeyPem()));
    }

    private string Write(string name, string pem)
    {
        var path = Path.Combine(session.Dcp, name);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(path, options);
        writer.Write(pem);
        return path;
    }

    private static DcpAccess Parse(string yaml)
    {
        string Value(Regex regex) => regex.Match(yaml) is { Success: true } m ? m.Groups[1].Value
            : throw new DistributedApplicationException("DCP's kubeconfig is not understood.");
        return new(
            Value(ServerLine()), Encoding.ASCII.GetString(Convert.FromBase64String(Value(CertificateLine()))), Value(TokenLine()));
    }

    [GeneratedRegex(@"server:\s*""?(https://[^\s""]+)")]
    private static partial Regex ServerLine();

    [GeneratedRegex(@"certificate-authority-data:\s*""?([A-Za-z0-9+/=]+)")]
    private static partial Regex CertificateLine();

    [GeneratedRegex(@"token:\s*""?([^\s""]+)")]
    private static partial Regex TokenLine();
}
