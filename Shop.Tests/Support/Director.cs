using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Shop.Tests.Support;

/// <summary>
/// Directs processes from point to point: those whose failpoints ask it stand still at a named point while an action runs here,
/// and go on when it has ended. Where no action is set they go on at once; where it throws, the failpoint fails.
/// </summary>
internal sealed class Director : IAsyncDisposable
{
    private readonly ConcurrentDictionary<(string Process, string Point), Func<Task>> _actions = new();
    private readonly WebApplication _app;

    private Director(WebApplication app) => _app = app;

    public static async Task<Director> StartAsync()
    {
        var director = new Director(Loopback.Create());
        director._app.MapPost("/{process}/{point}", director.AnswerAsync);
        await director._app.StartAsync();
        return director;
    }

    /// <summary>What a failpoint of the process is set to.</summary>
    public string Setting(string process) =>
        $"ask:{_app.Urls.Single()}/{process}";

    /// <summary>Runs <paramref name="action"/> whenever the process is at the point, until the answer is disposed.</summary>
    public IDisposable On(string process, string point, Func<Task> action)
    {
        _actions[(process, point)] = action;
        return new Registration(() => _actions.TryRemove(KeyValuePair.Create((process, point), action)));
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task<IResult> AnswerAsync(string process, string point)
    {
        if (_actions.TryGetValue((process, point), out var action)) await action();
        return Results.NoContent();
    }

    private sealed class Registration(Action undo) : IDisposable
    {
        public void Dispose() => undo();
    }
}
