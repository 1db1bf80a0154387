using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Shop.Catalog.Cache;

namespace Shop.Tests.Unit.Catalog.Cache;

public sealed class CacheOptionsTests
{
    [Theory]
    [InlineData("ProductBytes", "10")]
    [InlineData("ListBytes", "-1")]
    [InlineData("PictureBytes", "0")]
    [InlineData("MaxLoads", "0")]
    [InlineData("MaxWaitingLoads", "-1")]
    [InlineData("Unheard", "00:00:00")]
    [InlineData("Fresh", "-00:00:01")]
    [InlineData("Shared", "1.00:00:00")]
    [InlineData("RedisLimit", "00:00:00")]
    [InlineData("RedisLongLimit", "01:00:00")]
    public void What_cannot_work_is_refused_at_the_start(string name, string value)
    {
        var refused = Assert.Throws<OptionsValidationException>(() => Read(name, value));
        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_can_is_taken() => Assert.Equal(new CacheOptions { MaxLoads = 7 }, Read("MaxLoads", "7"));

    private static CacheOptions Read(string name, string value)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:cache"] = "127.0.0.1:1", [$"Catalog:Cache:{name}"] = value,
        });
        builder.AddCatalogCache();
        using var services = builder.Services.BuildServiceProvider();
        return services.GetRequiredService<CacheOptions>();
    }
}
