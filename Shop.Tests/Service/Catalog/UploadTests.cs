using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Shop.Catalog.Administration;
using Shop.Tests.Service.ServiceDefaults;

namespace Shop.Tests.Service.Catalog;

/// <summary>How many bodies a replica holds at a time.</summary>
public sealed class UploadTests
{
    [Fact]
    public async Task A_route_takes_a_few_uploads_at_a_time_and_sends_the_others_away_until_one_is_done()
    {
        using var arrived = new SemaphoreSlim(0);
        var done = new TaskCompletionSource();
        await using var service = await TestService.StartAsync([], _ => { }, app =>
        {
            app.MapPost("/kept", KeepAsync).TakesBody(100, "text/csv");
            app.MapPost("/other", () => TypedResults.NoContent()).TakesBody(100, "text/csv");
        });

        var kept = Enumerable.Range(0, RawBodies.AtOnce).Select(_ => service.Client.PostAsync("/kept", null)).ToList();
        for (var n = 0; n < RawBodies.AtOnce; n++) Assert.True(await arrived.WaitAsync(TimeSpan.FromSeconds(30)));
        var refused = await Answer.OfAsync(service.Client.PostAsync("/kept", null));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "busy"), (refused.Status, refused.Code));
        using var elsewhere = await service.Client.PostAsync("/other", null);
        Assert.Equal(HttpStatusCode.NoContent, elsewhere.StatusCode);

        done.SetResult();
        foreach (var response in await Task.WhenAll(kept)) Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        using var again = await service.Client.PostAsync("/kept", null);
        Assert.Equal(HttpStatusCode.InternalServerError, again.StatusCode);

        // Fails at last: what fails gives its place back, too.
        async Task<IResult> KeepAsync()
        {
            arrived.Release();
            await done.Task;
            throw new InvalidOperationException("It was not to be.");
        }
    }
}
