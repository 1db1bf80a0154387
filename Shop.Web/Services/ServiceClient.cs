using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Shop.Web.Services;

/// <summary>Calls of one service: a deadline each, refusals as <see cref="ApiException"/>, silence as <see cref="ServiceAwayException"/>.</summary>
public abstract class ServiceClient(HttpClient http, string service)
{
    private static readonly TimeSpan ReadDeadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WriteDeadline = TimeSpan.FromSeconds(15);

    protected async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await SendAsync(request, type, cancellationToken);
    }

    /// <summary>Null where the service says 404.</summary>
    protected async Task<T?> FindAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await GetAsync(path, type, cancellationToken);
        }
        catch (ApiException refusal) when (refusal.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    protected Task<T> SendAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        SendAsync(request, (body, token) => body.ReadFromJsonAsync(type, token), cancellationToken)!;

    /// <summary>For answers whose body does not matter.</summary>
    protected Task SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        SendAsync(request, (_, _) => Task.FromResult<object?>(null), cancellationToken);

    private async Task<T?> SendAsync<T>(
        HttpRequestMessage request, Func<HttpContent, CancellationToken, Task<T?>> read, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(request.Method == HttpMethod.Get ? ReadDeadline : WriteDeadline);
        try
        {
            using var response = await http.SendAsync(request, deadline.Token);
            if (response.IsSuccessStatusCode) return await read(response.Content, deadline.Token);
            if (response.StatusCode >= HttpStatusCode.InternalServerError) throw new ServiceAwayException(service);
            throw new ApiException(response.StatusCode, await ReadProblemAsync(response.Content, deadline.Token));
        }
        catch (Exception exception) when (ServiceAway.Is(exception) && !cancellationToken.IsCancellationRequested)
        {
            throw new ServiceAwayException(service, exception);
        }
    }

    private static async Task<ProblemAnswer> ReadProblemAsync(HttpContent content, CancellationToken cancellationToken)
    {
        try
        {
            return await content.ReadFromJsonAsync(WebJson.Default.ProblemAnswer, cancellationToken) ?? new(null, null, null, null, null, null);
        }
        catch (JsonException)
        {
            return new(null, null, null, null, null, null);
        }
    }
}
