using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Aspire.Hosting.Dcp;

/// <summary>DCP's API: Kubernetes conventions over HTTP/2 on loopback.</summary>
internal sealed class DcpClient : IDisposable
{
    internal const string ApiVersion = "usvc-dev.developer.microsoft.com/v1";
    private const string Base = "apis/" + ApiVersion + "/";
    private static readonly MediaTypeHeaderValue s_mergePatch = new("application/merge-patch+json");
    private readonly HttpClient _http;

    internal DcpClient(DcpAccess access)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPem(access.CertificatePem);
        _http = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy },
            EnableMultipleHttp2Connections = true,
            UseProxy = false,
        })
        {
            BaseAddress = new Uri(access.Server.TrimEnd('/') + "/"),
            DefaultRequestVersion = HttpVersion.Version20,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.Authorization = new("Bearer", access.Token);
    }

    internal async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.GetAsync("readyz", cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    internal Task CreateAsync(DcpExecutable executable, CancellationToken cancellationToken) =>
        CreateAsync(DcpKind.Executables, executable, DcpJson.Default.DcpExecutable, cancellationToken);

    internal Task CreateAsync(DcpContainer container, CancellationToken cancellationToken) =>
        CreateAsync(DcpKind.Containers, container, DcpJson.Default.DcpContainer, cancellationToken);

    /// <summary>Asks the process to end: SIGTERM, after 6 s SIGKILL. An object that is gone is fine.</summary>
    internal async Task StopAsync(string kind, string name, CancellationToken cancellationToken)
    {
        using var content = new StringContent("""{"spec":{"stop":true}}""", s_mergePatch);
        using var response = await _http.PatchAsync($"{Base}{kind}/{name}", content, cancellationToken);
        if (response.StatusCode != HttpStatusCode.NotFound) await EnsureAsync(response, cancellationToken);
    }

    /// <summary>Stops and removes the object. True: there was none (any more).</summary>
    internal async Task<bool> DeleteAsync(string kind, string name, CancellationToken cancellationToken)
    {
        using var response = await _http.DeleteAsync($"{Base}{kind}/{name}", cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound) return true;
        await EnsureAsync(response, cancellationToken);
        return false;
    }

    /// <summary>All objects of the kind, then every change, until DCP ends the stream.</summary>
    internal async IAsyncEnumerable<DcpWatchEvent> WatchAsync(string kind, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = await ReaderAsync($"{Base}{kind}?watch=true", cancellationToken);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
            if (line.Length > 0 && JsonSerializer.Deserialize(line, DcpJson.Default.DcpWatchEvent) is { } e) yield return e;
    }

    /// <summary>
    /// Lines of a console (stdout, stderr or system). With a tail: the last ones; else all with their time, until 5 s after the process.
    /// </summary>
    internal async IAsyncEnumerable<string> LogAsync(
        string kind, string name, string source, int? tail, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var range = tail is { } lines ? FormattableString.Invariant($"tail={lines}") : "follow=true&timestamps=true";
        using var reader = await ReaderAsync($"{Base}{kind}/{name}/log?source={source}&{range}", cancellationToken);
        while (await reader.ReadLineAsync(cancellationToken) is { } line) yield return line;
    }

    /// <summary>DCP stops everything it started, deletes its session folder and ends.</summary>
    internal async Task ShutDownAsync(CancellationToken cancellationToken)
    {
        using var content = JsonContent.Create(new DcpExecution("Stopping", "Full"), DcpJson.Default.DcpExecution, s_mergePatch);
        // The body must have a length: DCP reads at most 512 bytes of it.
        await content.LoadIntoBufferAsync(cancellationToken);
        using var response = await _http.PatchAsync("admin/execution", content, cancellationToken);
        await EnsureAsync(response, cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private async Task CreateAsync<T>(string kind, T value, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var response = await _http.PostAsJsonAsync(Base + kind, value, type, cancellationToken);
        await EnsureAsync(response, cancellationToken);
    }

    private async Task<StreamReader> ReaderAsync(string path, CancellationToken cancellationToken)
    {
        var response = await _http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        try
        {
            await EnsureAsync(response, cancellationToken);
            return new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private static async Task EnsureAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode) return;
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        throw new DistributedApplicationException($"DCP answered {(int)response.StatusCode}: {Reason(text)}");
    }

    private static string Reason(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, DcpJson.Default.DcpStatus)?.Message ?? text;
        }
        catch (JsonException)
        {
            return text.ReplaceLineEndings(" ");
        }
    }
}

/// <summary>The collections of DCP's API that are used.</summary>
internal static class DcpKind
{
    internal const string Executables = "executables";
    internal const string Containers = "containers";
}

/// <summary>What DCP's kubeconfig file says.</summary>
internal sealed record DcpAccess(string Server, string CertificatePem, string Token);
