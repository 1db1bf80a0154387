namespace Shop.Tests.Distributed;

/// <summary>Two copies of Shop on one machine, each with ports and data of its own.</summary>
public sealed class TwoCopiesTests : IDisposable
{
    // How quickly is KillTests' business, on a machine that does nothing else.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly string _data = Path.Combine("/var/tmp", "shop-test-" + Guid.CreateVersion7().ToString("N"));

    [Fact]
    public async Task Two_copies_run_at_once_and_the_end_of_one_leaves_the_other_selling()
    {
        using var first = AppHostProcess.Start(_data + "-1", FreePorts.Next(), FreePorts.Next());
        using var second = AppHostProcess.Start(_data + "-2", FreePorts.Next(), FreePorts.Next());
        await Task.WhenAll(first.HealthyAsync(), second.HealthyAsync());

        using var customer = second.Visitor();
        var email = await customer.RegisterAsync();
        using (var stranger = first.Visitor())
            Assert.Equal(System.Net.HttpStatusCode.Unauthorized,
                (await stranger.TrySendAsync(HttpMethod.Post, "/api/users/login", new { email, password = "Correct-horse-1" })).Status);

        first.Terminate();
        await first.WaitForExitAsync(Patience);
        Assert.Equal(0, first.ExitCode);
        await first.NothingLeftAsync(Patience);

        var productId = (long)(await customer.AnyProductAsync())["id"]!;
        var order = (string)(await customer.OrderAsync(new { productId, quantity = 1 }))["id"]!;
        await customer.PayAsync(order);
        await customer.BecomesAsync(order, "paid");
        second.Terminate();
        await second.WaitForExitAsync(Patience);
        Assert.Equal(0, second.ExitCode);
    }

    public void Dispose()
    {
        foreach (var data in new[] { _data + "-1", _data + "-2" })
            if (Directory.Exists(data))
                Directory.Delete(data, recursive: true);
    }
}
